/** Random reactions: what middleware sends, in which order, to which models, and what it makes of the responses. The ledger is kept by the test. */
import type { Middleware } from '@anthropic-ai/sdk';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { respond } from '../../../src/testing/index.ts';
import { type Harness, HELLO, MODEL, startHarness } from '../../helpers/harness.ts';
import { newClient, type OlderSdk, SDKS } from '../../helpers/sdks.ts';

const MODELS = [MODEL, 'claude-sonnet-5-5', 'claude-haiku-5-5', 'claude-fable-5-1'] as const;

/** One request of the middleware, what the API makes of it, and how the middleware reads the response. */
interface Step {
  readonly model: string;
  /** 200, or the status with which the API rejects. */
  readonly status: number;
  readonly input: number;
  readonly output: number;
  readonly refuses: boolean;
  readonly read: 'text' | 'json' | 'clone' | 'bytes' | 'pieces';
}

/** A call: the steps of its middleware, and what it returns in the end. */
interface Reaction {
  readonly steps: readonly Step[];
  /** The last response, wrapped anew or not; or one of the application's own. */
  readonly end: 'same' | 'wrapped' | 'rebuilt' | 'own';
  readonly stream: boolean;
}

const count = fc.integer({ min: 0, max: 100_000 });

const step: fc.Arbitrary<Step> = fc.record({
  model: fc.constantFrom(...MODELS),
  status: fc.constantFrom(200, 200, 200, 429, 500, 529, 404),
  input: count,
  output: count,
  refuses: fc.boolean(),
  read: fc.constantFrom('text', 'json', 'clone', 'bytes', 'pieces'),
});

const reaction: fc.Arbitrary<Reaction> = fc.record({
  steps: fc.array(step, { maxLength: 4 }),
  end: fc.constantFrom('same', 'wrapped', 'rebuilt', 'own'),
  stream: fc.boolean(),
});

const EVENTS = [
  'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_own","type":"message","role":"assistant","model":"claude-opus-5-5","content":[],"stop_reason":null,"usage":{"input_tokens":1,"output_tokens":1}}}\n\n',
  'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9}}\n\n',
  'event: message_stop\ndata: {"type":"message_stop"}\n\n',
].join('');

const OWN_MESSAGE = {
  id: 'msg_own',
  type: 'message',
  role: 'assistant',
  model: MODEL,
  content: [],
  stop_reason: 'end_turn',
  usage: { input_tokens: 1, output_tokens: 9 },
};

function own(stream: boolean): Response {
  return stream
    ? new Response(EVENTS, { headers: { 'content-type': 'text/event-stream' } })
    : Response.json(OWN_MESSAGE);
}

async function readWhole(response: Response, read: Step['read']): Promise<void> {
  if (read === 'text' || (read === 'json' && !response.ok)) await response.text();
  else if (read === 'json' && response.headers.get('content-type')?.includes('json')) await response.json();
  else if (read === 'clone') await Promise.all([response.clone().text(), response.text()]);
  else if (read === 'bytes') await response.arrayBuffer();
  else for await (const _ of response.body as ReadableStream<Uint8Array>);
}

/** Middleware that does what `reaction` describes. */
function reacting({ steps, end, stream }: Reaction): Middleware {
  return async (request, next) => {
    let last: Response | undefined;
    for (const [index, { model, read }] of steps.entries()) {
      last = await next({ ...request, body: JSON.stringify({ ...JSON.parse(String(request.body)), model }) });
      if (index < steps.length - 1) await readWhole(last, read);
    }
    if (!last) return own(stream);
    if (!last.ok || end === 'same') return last;
    const { status, headers } = last;
    if (end === 'wrapped') return new Response(last.body, { status, headers });
    const text = await last.text();
    return end === 'own' ? own(stream) : new Response(text, { status, headers });
  };
}

async function run(harness: Harness, sdk: OlderSdk, reaction: Reaction): Promise<boolean> {
  const { steps, stream } = reaction;
  harness.server.plan(
    steps.map(({ status, input, output, refuses }) => {
      if (status !== 200) return respond.error(status);
      const usage = { input_tokens: input, output_tokens: output };
      return respond.ok({ text: 'Hi', usage, ...(refuses && { stopReason: 'refusal' }) });
    }),
  );
  const client = newClient(sdk, harness, { middleware: [reacting(reaction)], maxRetries: 0 });
  try {
    if (!stream) await client.messages.create(HELLO);
    else for await (const _ of await client.messages.create({ ...HELLO, stream }));
    return true;
  } catch {
    return false;
  }
}

/** Who serves the call, and why another model does. */
function servedBy({ steps, end }: Reaction): { by: string; cause?: string } {
  const last = steps.at(-1);
  if (!last || end === 'own') return { by: 'application' };
  if (last.model === MODEL) return { by: 'api' };
  let first = steps.length - 1;
  while (first > 0 && steps[first - 1]?.model === last.model) first--;
  const before = steps[first - 1];
  if (!before) return { by: 'fallback', cause: 'other' };
  if (before.status !== 200) return { by: 'fallback', cause: ERROR_TYPES[before.status] as string };
  return { by: 'fallback', cause: before.refuses ? 'refusal' : 'other' };
}

const ERROR_TYPES: Readonly<Record<number, string>> = {
  404: 'not_found_error',
  429: 'rate_limit_error',
  500: 'api_error',
  529: 'overloaded_error',
};

const WITH_MIDDLEWARE = SDKS.filter(({ adapter }) => adapter !== 'fetch').flatMap((sdk) =>
  [true, false].map((contextManager) => ({ ...sdk, contextManager })),
);

test.each(WITH_MIDDLEWARE)(
  'random reactions are counted as the API and the application know them: SDK $version, a context manager: $contextManager',
  async ({ contextManager, ...sdk }) => {
    await fc.assert(
      fc.asyncProperty(reaction, async (each) => {
        const harness = await startHarness({ contextManager });
        const served = await run(harness, sdk, each);
        const totals = new Map<string, { attempts: number; input: number; output: number }>();
        for (const { model, status, input, output } of each.steps) {
          const total = totals.get(model) ?? { attempts: 0, input: 0, output: 0 };
          totals.set(model, total);
          total.attempts++;
          if (status !== 200) continue;
          total.input += input;
          total.output += output;
        }
        for (const model of MODELS) {
          const of = { 'gen_ai.request.model': model };
          const used = 'gen_ai.client.inference.usage';
          const recorded = {
            attempts: await harness.metric('anthropic.client.attempts', of),
            input: await harness.metric(`${used}.input_tokens`, of),
            output: await harness.metric(`${used}.output_tokens`, of),
          };
          expect(recorded, model).toEqual(totals.get(model) ?? { attempts: 0, input: 0, output: 0 });
        }
        const { by, cause } = servedBy(each);
        const calls = await harness.points('anthropic.client.calls');
        expect(calls.map(({ attributes }) => attributes['anthropic.served_by'])).toEqual([
          served ? by : undefined,
        ]);
        const fallbacks = await harness.points('anthropic.client.fallbacks');
        expect(fallbacks.map(({ attributes }) => attributes['anthropic.fallback.cause'])).toEqual(
          served && by === 'fallback' ? [cause] : [],
        );
        expect(await harness.metric('anthropic.telemetry.errors')).toBe(0);
        await harness.server.close();
      }),
      { numRuns: 40 },
    );
  },
  120_000,
);
