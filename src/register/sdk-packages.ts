/** Packages that NodeSDK depends on, in the versions that it uses. */
import { join } from 'node:path';

/**
 * Loads the package `name` from where `@opentelemetry/sdk-node` finds it. Bundlers neither follow this nor warn of it: they know
 * `createRequire` by its import. A bundle in CommonJS has no `import.meta.url`.
 */
export function requireFromSdk(name: string): Record<string, unknown> {
  const { createRequire } = process.getBuiltinModule('node:module');
  const here: string | undefined = import.meta.url;
  return createRequire(sdkBeside(createRequire(here ?? join(process.cwd(), 'index.js'))))(name);
}

function sdkBeside(require: NodeJS.Require): string {
  try {
    return require.resolve('@opentelemetry/sdk-node');
  } catch {
    throw new Error(
      '@opentelemetry/sdk-node is not to be found from a bundle: leave `anthropic-otel` out of it, as an external package',
    );
  }
}
