/**
 * Finds SDK clients that are not observed, because they are bundled into the application or were loaded before this package. Such a client gets its
 * tracer from the API; an observed client never does.
 */
import { createRequire } from 'node:module';
import { type Tracer, type TracerProvider, trace } from '@opentelemetry/api';
import { createTap } from '../adapters/span/tap.ts';
import type { AdapterPort } from '../ports/adapter-port.ts';

/** The prefix of the SDK's scope names (`@anthropic-ai/sdk` 1.11.0). */
const SDK_SCOPE = 'com.anthropic.sdk.typescript';

/** Marks the placeholder that is used if there is no tracer provider. */
const PLACEHOLDER = Symbol.for('anthropic-otel.placeholder');

interface Proxy {
  getDelegate?(): object;
  setDelegate?(provider: TracerProvider): void;
}

/**
 * Counts each client that gets a tracer from the API while no tracer provider is registered, records its calls, and calls `onFound`. A provider
 * that is registered later replaces the placeholder.
 */
export function watchUnobserved(port: AdapterPort, onFound: () => void): void {
  const tap = createTap({ port, tracerProvider: undefined, visible: true, attemptsUnseen: true });
  const placeholder = {
    [PLACEHOLDER]: true,
    getTracer(...scope: Parameters<TracerProvider['getTracer']>): Tracer | undefined {
      // With `undefined`, the API continues to wait for a provider.
      if (!scope[0].startsWith(SDK_SCOPE)) return undefined;
      port.clientMade(false);
      onFound();
      return tap.getTracer(...scope);
    },
  };
  for (const { getTracerProvider } of traceApis()) {
    const proxy = getTracerProvider() as Proxy;
    // An SDK that registered first stays registered.
    if (!isRegistered(proxy)) proxy.setDelegate?.(placeholder as TracerProvider);
  }
}

/** Whether `proxy` delegates to an SDK's tracer provider. */
export function isRegistered(proxy: object): boolean {
  const real = (proxy as Proxy).getDelegate?.() ?? proxy;
  return !(PLACEHOLDER in real) && !/^(Noop|Proxy)/.test(real.constructor.name);
}

/** The trace API of this build of `@opentelemetry/api` and, since 1.10, of its other build. Both have a proxy. */
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
