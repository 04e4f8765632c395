/**
 * Loads the packages of OpenTelemetry's SDK as CommonJS. Their ES modules cannot be loaded together with an `@opentelemetry/api`
 * before 1.10, which many applications have.
 */
import { createRequire } from 'node:module';
import type { NodeSDK } from '@opentelemetry/sdk-node';

const load = createRequire(import.meta.url);

/** Loads a dependency of this package. */
export function requirePackage(name: string): Record<string, unknown> {
  return load(name);
}

/** Loads `@opentelemetry/sdk-node`. */
export function requireSdk(): { NodeSDK: typeof NodeSDK } {
  return load('@opentelemetry/sdk-node') as { NodeSDK: typeof NodeSDK };
}

/** Loads the package `name` in the version that `@opentelemetry/sdk-node` uses. */
export function requireFromSdk(name: string): Record<string, unknown> {
  return createRequire(load.resolve('@opentelemetry/sdk-node'))(name);
}

/**
 * Never called. Tools that copy an application's files for a deployment (Next.js standalone, Nitro, Vercel) use these literal names
 * to find the packages that the functions above load.
 */
export function packagesToCopy(): unknown[] {
  return [require('@opentelemetry/sdk-node'), require('@opentelemetry/exporter-prometheus')];
}
