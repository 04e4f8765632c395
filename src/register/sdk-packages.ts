/**
 * The packages of OpenTelemetry's SDK, as CommonJS: their ES modules cannot be loaded beside an `@opentelemetry/api` from before 1.10, which
 * many applications have.
 */
import { createRequire } from 'node:module';
import type { NodeSDK } from '@opentelemetry/sdk-node';

const require = createRequire(import.meta.url);

/** Loads a package that this one depends on. */
export function requirePackage(name: string): Record<string, unknown> {
  return require(name);
}

/** Loads `@opentelemetry/sdk-node`. */
export function requireSdk(): { NodeSDK: typeof NodeSDK } {
  return require('@opentelemetry/sdk-node');
}

/** Loads the package `name` in the version that `@opentelemetry/sdk-node` uses. */
export function requireFromSdk(name: string): Record<string, unknown> {
  return createRequire(require.resolve('@opentelemetry/sdk-node'))(name);
}
