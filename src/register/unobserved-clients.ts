/**
 * Finds clients of the SDK that are not observed: bundled into the application, or loaded before this package. Such a client takes its
 * tracer from the API, as one that is observed never does.
 */
import { createRequire } from 'node:module';
import { type Tracer, type TracerProvider, trace } from '@opentelemetry/api';
import { createTap } from '../adapters/span/tap.ts';
import type { AdapterPort } from '../ports/adapter-port.ts';

/** What the names of the SDK's scopes begin with (`@anthropic-ai/sdk` 1.11.0). */
const SDK_SCOPE = 'com.anthropic.sdk.typescript';

/** Marks what stands in the place of a tracer provider where there is none. */
const PLACEHOLDER = Symbol.for('anthropic-otel.placeholder');

interface Proxy {
  getDelegate?(): object;
  setDelegate?(provider: TracerProvider): void;
}

/**
 * Counts each client that takes a tracer from the API while no tracer provider is registered, records its calls, and calls `onFound`. A provider
 * that is registered later takes the place, as if there were nothing.
 */
export function watchUnobserved(port: AdapterPort, onFound: () => void): void {
  const tap = createTap({ port, tracerProvider: undefined, visible: true, attemptsUnseen: true });
  const placeholder = {
    [PLACEHOLDER]: true,
    getTracer(...scope: Parameters<TracerProvider['getTracer']>): Tracer | undefined {
      // The API waits for a provider as long as there is no tracer.
      if (!scope[0].startsWith(SDK_SCOPE)) return undefined;
      port.clientMade(false);
      onFound();
      return tap.getTracer(...scope);
    },
  };
  for (const { getTracerProvider } of traceApis()) {
    const proxy = getTracerProvider() as Proxy;
    // An SDK that was there first keeps its place.
    if (!isRegistered(proxy)) proxy.setDelegate?.(placeholder as TracerProvider);
  }
}

/** Whether a tracer provider of an SDK stands behind `proxy`. */
export function isRegistered(proxy: object): boolean {
  const real = (proxy as Proxy).getDelegate?.() ?? proxy;
  return !(PLACEHOLDER in real) && !/^(Noop|Proxy)/.test(real.constructor.name);
}

/** The trace API of this build of `@opentelemetry/api` and, since 1.10, of its other one: both have a proxy. */
function traceApis(): Array<{ getTracerProvider(): object }> {
  const own = { getTracerProvider: () => trace.getTracerProvider() };
  try {
    const require = createRequire(import.meta.url);
    const other = require.resolve('@opentelemetry/api').replace(/\.cjs$/, '.mjs');
    const { trace: otherTrace } = require(other) as { trace: typeof trace };
    return [own, { getTracerProvider: () => otherTrace.getTracerProvider() }];
  } catch {
    return [own];
  }
}
