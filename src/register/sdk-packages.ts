/** Packages that NodeSDK depends on, in the versions that it uses. */
import { createRequire } from 'node:module';

/** Loads the package `name` from where `@opentelemetry/sdk-node` finds it. */
export function requireFromSdk(name: string): Record<string, unknown> {
  const sdk = createRequire(import.meta.url).resolve('@opentelemetry/sdk-node');
  return createRequire(sdk)(name);
}
