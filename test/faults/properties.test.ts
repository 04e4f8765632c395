/** Whatever an API, a gateway or a broken wire sends: the application gets what it gets without telemetry. */
import Anthropic, { type ClientOptions } from '@anthropic-ai/sdk';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { plain } from '../compliance/support/plain.ts';
import { all, outcome } from '../compliance/support/world.ts';
import { type Harness, HELLO, startHarness } from '../helpers/harness.ts';
import { httpResponse, type RawServer, startRawServer } from './support/raw-server.ts';

const RUNS = 60;
const HEADERS = [
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  'request-id',
  'content-type',
  'content-encoding',
  'anthropic-organization-id',
  ...['requests', 'tokens', 'input-tokens', 'output-tokens'].flatMap((limit) =>
    ['limit', 'remaining', 'reset'].map((field) => `anthropic-ratelimit-${limit}-${field}`),
  ),
  ...['limit', 'remaining', 'reset'].flatMap((field) => [
    `x-ratelimit-${field}-requests`,
    `anthropic-priority-input-tokens-${field}`,
  ]),
];

let compared = 0;
afterAll(() => {
  process.stdout.write(
    `properties: ${compared} random responses, each the same with telemetry and without\n`,
  );
});

interface World {
  readonly harness: Harness;
  readonly raw: RawServer;
  readonly plain: Anthropic;
  readonly observed: Anthropic;
}

async function startWorld(): Promise<World> {
  const raw = await startRawServer();
  const harness = await startHarness();
  const options: ClientOptions = {
    baseURL: raw.url,
    apiKey: 'k',
    logLevel: 'off',
    maxRetries: 0,
    timeout: 2000,
  };
  return {
    harness,
    raw,
    plain: new Anthropic({ ...options, openTelemetry: false }),
    observed: harness.newClient(options),
  };
}

/** What a client makes of the response, by JSON and by stream. */
async function reading(client: Anthropic): Promise<unknown> {
  const stream = async (): Promise<unknown> => {
    const seen: unknown[] = [];
    const end = await outcome(
      (async () => {
        for await (const event of await client.messages.create({ ...HELLO, stream: true })) seen.push(event);
      })(),
    );
    return [seen, end];
  };
  const results = [
    await outcome(client.messages.create(HELLO)),
    await stream(),
    await outcome(client.messages.countTokens({ model: HELLO.model, messages: HELLO.messages })),
  ];
  return plain(results, { thrown: [], responses: [] });
}

async function expectSame(
  { harness, raw, plain: bare, observed }: World,
  response: Uint8Array[],
): Promise<void> {
  raw.response = response;
  expect(await reading(observed)).toEqual(await reading(bare));
  expect(await harness.metric('anthropic.client.active_calls')).toBe(0);
  expect(await harness.metric('anthropic.telemetry.errors')).toBe(0);
  compared += 1;
}

/** Bytes that may stand in a header: anything but the end of a line. */
const headerValue = fc.oneof(
  fc
    .uint8Array({ maxLength: 40 })
    .map((bytes) => bytes.filter((byte) => byte !== 10 && byte !== 13 && byte !== 0)),
  fc.constantFrom(
    '',
    ' ',
    '-1',
    '0',
    '1e999',
    'NaN',
    'Infinity',
    '9'.repeat(400),
    'true',
    'false',
    'null',
    '２',
    'Tue',
  ),
  fc.double().map(String),
  fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
);

const headers = fc.array(fc.tuple(fc.constantFrom(...HEADERS), headerValue), { maxLength: 12 });
const status = fc.constantFrom(
  200,
  204,
  299,
  301,
  400,
  401,
  402,
  404,
  408,
  413,
  418,
  422,
  429,
  499,
  500,
  503,
  529,
  599,
);

const envelope = fc.record(
  {
    type: fc.constantFrom('error', 'message', 1),
    error: fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          type: fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'api_error')),
          message: fc.jsonValue(),
          details: fc.oneof(fc.jsonValue(), fc.record({ error_code: fc.jsonValue() })),
        },
        { requiredKeys: [] },
      ),
    ),
    usage: fc.jsonValue(),
    model: fc.jsonValue(),
    content: fc.jsonValue(),
  },
  { requiredKeys: [] },
);
const body = fc.oneof(
  fc.json(),
  envelope.map((value) => JSON.stringify(value)),
  envelope.map((value) => JSON.stringify(value).slice(0, -1)),
  fc.string(),
  fc.uint8Array({ maxLength: 200 }),
);
const contentType = fc.constantFrom(
  'application/json',
  'text/event-stream',
  'text/html',
  'application/x+json',
  '',
);
const cuts = fc.array(fc.nat(2000), { maxLength: 6 });

const eventName = fc.constantFrom(
  ...['message_start', 'content_block_start', 'content_block_delta', 'message_delta', 'message_stop'],
  ...['ping', 'error', 'nothing', ''],
);
const event = fc
  .tuple(
    eventName,
    fc.oneof(
      fc.json(),
      envelope.map((value) => JSON.stringify(value)),
      fc.string(),
    ),
    fc.constantFrom('\n', '\r\n', '\r'),
  )
  .map(([name, data, end]) => `event: ${name}${end}data: ${data.replace(/[\r\n]/g, ' ')}${end}${end}`);
const GOOD = [
  '{"type":"message_start","message":{"id":"msg_1","model":"claude-opus-5-5","role":"assistant","content":[],"usage":{"input_tokens":3,"output_tokens":1}}}',
  '{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}',
  '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"grüße 😀"}}',
  '{"type":"content_block_stop","index":0}',
  '{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":5}}',
  '{"type":"message_stop"}',
]
  .map((data) => `event: ${JSON.parse(data).type}\ndata: ${data}\n\n`)
  .join('');

describe('the application gets the same', () => {
  test('from any bytes in any header that telemetry reads', { timeout: 60_000 }, async () => {
    const world = await startWorld();
    const property = fc.asyncProperty(status, headers, body, (code, given, text) =>
      expectSame(world, httpResponse(code, [['content-type', 'application/json'], ...given], text)),
    );
    await fc.assert(property, { numRuns: RUNS });
  });

  test('from any body under any status', { timeout: 60_000 }, async () => {
    const world = await startWorld();
    const property = fc.asyncProperty(status, contentType, body, cuts, (code, type, text, at) =>
      expectSame(world, httpResponse(code, [['content-type', type]], text, at)),
    );
    await fc.assert(property, { numRuns: RUNS });
  });

  test('from any events, cut anywhere', { timeout: 60_000 }, async () => {
    const world = await startWorld();
    const property = fc.asyncProperty(fc.array(event, { maxLength: 8 }), cuts, (events, at) =>
      expectSame(world, httpResponse(200, [['content-type', 'text/event-stream']], events.join(''), at)),
    );
    await fc.assert(property, { numRuns: RUNS });
  });

  test('from a good stream that is cut into any pieces, and its tokens are counted', async () => {
    const world = await startWorld();
    let tokens = 0;
    await fc.assert(
      fc.asyncProperty(cuts, async (at) => {
        world.raw.response = httpResponse(200, [['content-type', 'text/event-stream']], GOOD, at);
        const read = async (client: Anthropic): Promise<unknown> =>
          all(await client.messages.create({ ...HELLO, stream: true }));
        expect(await read(world.observed)).toEqual(await read(world.plain));
        tokens += 5;
        compared += 1;
      }),
      { numRuns: RUNS },
    );
    expect(await world.harness.metric('gen_ai.client.inference.usage.output_tokens')).toBe(tokens);
  });

  test('from bytes that are no HTTP', async () => {
    const world = await startWorld();
    const property = fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), (bytes) =>
      expectSame(world, [bytes]),
    );
    await fc.assert(property, { numRuns: 20 });
  });
});
