/**
 * Finds SDK requests in a process in which no client was seen: the SDK is part of a bundle, with its own OpenTelemetry API, and
 * cannot be detected in another way. Node's `fetch` publishes its requests. The listener stops after a client is seen.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Telemetry } from '../telemetry.ts';

const CHANNEL = 'undici:request:create';

/** A header of every SDK request, which other clients do not send. */
const SDK_HEADER = 'x-stainless-lang';

/** Calls `onFound` at the first such request, once. */
export function watchUnobservedRequests(telemetry: Telemetry, onFound: () => void): void {
  const onRequest = (message: unknown): void => {
    telemetry.guard.run('options', () => {
      if (!telemetry.seesClients && !isSdkRequest(message)) return;
      unsubscribe(CHANNEL, onRequest);
      if (telemetry.seesClients) return;
      telemetry.clientMade(false);
      onFound();
    });
  };
  subscribe(CHANNEL, onRequest);
}

function isSdkRequest(message: unknown): boolean {
  const { request } = message as { request?: { path?: unknown; headers?: unknown } };
  if (typeof request?.path !== 'string' || !request.path.includes('/v1/')) return false;
  const headers = Array.isArray(request.headers) ? request.headers.join('\n') : String(request.headers);
  return headers.toLowerCase().includes(SDK_HEADER);
}
