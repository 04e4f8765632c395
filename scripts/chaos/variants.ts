/** The ways of sending calls that are compared. */
import Anthropic, { type ClientOptions } from '@anthropic-ai/sdk';
import type { MeterProvider } from '@opentelemetry/sdk-metrics';
import { withTelemetry } from '../../src/index.ts';
import { withResilience } from '../../src/resilience/index.ts';
import { seededRandom } from '../../src/testing/script/random.ts';
import { applicationKey, OTHER_KEY, PRIMARY, SECONDARY } from './phases.ts';
import type { SimulatedApi } from './simulated-api.ts';
import type { VirtualTime } from './virtual-time.ts';

/** The names of the variants, and what each of them is. */
export const VARIANTS = {
  sdk2: 'the SDK with `maxRetries: 2`',
  sdk4: 'the SDK with `maxRetries: 4`',
  withRetry: 'a `with_retry` loop of 5 tries, around a client without retries',
  resilience: 'resilience, without a fallback',
  patient: 'the same, for calls that can wait three minutes',
  fallback: 'resilience with a chain: another model, then another provider',
} as const;

/** The name of a variant. */
export type VariantName = keyof typeof VARIANTS;

/** What a variant needs. */
export interface World {
  readonly time: VirtualTime;
  readonly api: SimulatedApi;
  readonly meterProvider: MeterProvider;
}

/** Makes a call, and reads its response to the end. */
export type SendCall = (call: number) => Promise<void>;

/** The attempts that a `with_retry` loop makes. */
const TRIES = 5;

/** How a variant sends a call. */
export function createSender(name: VariantName, { time, api, meterProvider }: World): SendCall {
  const common: ClientOptions = {
    fetch: api.fetch,
    timeout: 30_000,
    logLevel: 'off',
    apiKey: async () => applicationKey(time.elapsed),
  };
  const observed = (options: ClientOptions): Anthropic =>
    new Anthropic(withTelemetry(options, { meterProvider, models: [PRIMARY, SECONDARY] }));
  switch (name) {
    case 'sdk2':
      return sender(observed({ ...common, maxRetries: 2 }), api);
    case 'sdk4':
      return sender(observed({ ...common, maxRetries: 4 }), api);
    case 'withRetry':
      return withRetry(sender(observed({ ...common, maxRetries: 0 }), api), time);
    case 'resilience':
      return sender(observed(withResilience(common, { deadline: 120_000 })), api);
    case 'patient': {
      const retry = { maxElapsed: 180_000, maxCircuitWait: 180_000 };
      return sender(observed(withResilience(common, { deadline: 180_000, retry })), api);
    }
    case 'fallback': {
      const other = observed({
        ...common,
        apiKey: OTHER_KEY,
        baseURL: 'http://other.invalid',
        maxRetries: 0,
      });
      const chain = [{ model: SECONDARY }, { model: PRIMARY, client: other, name: 'other provider' }];
      return sender(observed(withResilience(common, { deadline: 120_000, fallback: { chain } })), api);
    }
  }
}

/** Sends calls with `client`, and notes how each of them ended. */
function sender(client: Anthropic, { sent: { calls } }: SimulatedApi): SendCall {
  const send = sendWith(client);
  return async (call) => {
    try {
      await send(call);
      calls.ok += 1;
    } catch (error) {
      calls.error += 1;
      throw error;
    }
  };
}

function sendWith(client: Anthropic): SendCall {
  return async (call) => {
    const body = {
      model: PRIMARY,
      max_tokens: 1_000,
      metadata: { user_id: String(call) },
      messages: [{ role: 'user' as const, content: 'Hello' }],
    };
    if (call % 2 === 0) await client.messages.create(body);
    else await client.messages.stream(body).finalMessage();
  };
}

/** The loop of the guides: exponential backoff with jitter, and `retry-after` where the API states it. */
function withRetry(send: SendCall, time: VirtualTime): SendCall {
  const random = seededRandom(7);
  return async (call) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await send(call);
      } catch (error) {
        const { status, headers } = error as { status?: number; headers?: Headers };
        const retryable = status === undefined || status === 429 || status >= 500;
        if (!retryable || attempt === TRIES) throw error;
        const asked = Number(headers?.get('retry-after') ?? 0);
        await time.sleep(1_000 * Math.max(asked, Math.min(60, 2 ** (attempt - 1) * (1 + random()))));
      }
    }
  };
}
