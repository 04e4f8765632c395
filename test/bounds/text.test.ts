/** Hostile text from every source: what is recorded of it is short, and harmless to a terminal and a log line. */
import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, test, vi } from 'vitest';
import { MAX_LABEL, MAX_MESSAGE, MAX_TEXT, MAX_URL } from '../../src/model/text.ts';
import { collect, type Harness, HELLO, startHarness } from '../helpers/harness.ts';
import { newClient, OLDER_SDKS } from '../helpers/sdks.ts';

/** What a terminal, a log line or UTF-8 cannot take. */
const UNSAFE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;
const CURRENT = { version: '1', Client: Anthropic as never, adapter: 'middleware' as const };
/** Escape sequences, C1, line breaks, bidirectional controls, half a character. */
const STEERING = [
  '\u001b]0;owned\u0007',
  '\u009b2J',
  '\r\n{"event":"forged"}',
  '\u2028',
  '\u202egnp.exe',
  '\ud83d',
];
const HOSTILE = [...STEERING, 'x'.repeat(100_000), STEERING.join('').repeat(5000)];

/** Every string within `value`, the names of fields included. */
function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => [key, ...strings(each)]);
}

/** What a header can carry of `text`. */
function headerOf(text: string): string {
  return Buffer.from(text.replace(/[\0\r\n]/g, ' '))
    .toString('latin1')
    .trim();
}

function responseOf(text: string, status: number): Response {
  const usage = { input_tokens: 1, output_tokens: 1 };
  const message = {
    id: text,
    type: 'message',
    role: 'assistant',
    model: text,
    content: [],
    stop_reason: text,
    usage,
  };
  const error = { type: 'error', error: { type: text, message: text, details: { error_code: text } } };
  const headers = [
    'request-id',
    'retry-after',
    'anthropic-ratelimit-tokens-limit',
    'anthropic-ratelimit-tokens-reset',
    'x-should-retry',
  ];
  return new Response(JSON.stringify(status < 400 ? message : error), {
    status,
    headers: {
      'content-type': 'application/json',
      ...Object.fromEntries(headers.map((name) => [name, headerOf(text)])),
    },
  });
}

async function expectHarmless(
  harness: Harness,
  recorded: readonly { name: string; attributes: object }[],
): Promise<void> {
  const spans = recorded.flatMap(({ name, attributes }) => [name, ...strings(attributes)]);
  const records = strings(harness.logs());
  const labels = strings(
    [...(await harness.allPoints())].map(([, points]) => points.map(({ attributes }) => attributes)),
  );
  for (const text of [...spans, ...records, ...labels]) expect(text).not.toMatch(UNSAFE);
  const longest = (texts: readonly string[]): number => Math.max(...texts.map(({ length }) => length));
  expect(longest(labels)).toBeLessThanOrEqual(MAX_LABEL);
  expect(longest(records)).toBeLessThanOrEqual(MAX_TEXT);
  expect(longest(spans)).toBeLessThanOrEqual(MAX_URL);
}

describe.each([CURRENT, ...OLDER_SDKS])('SDK $version', (sdk) => {
  test.each([200, 400, 529])(
    'records nothing long and nothing that steers a terminal, of responses with %i',
    async (status) => {
      const harness = await startHarness({ telemetry: { models: HOSTILE } });
      for (const text of HOSTILE) {
        const fetch = async (): Promise<Response> => responseOf(text, status);
        const client = newClient(sdk, harness, { fetch, maxRetries: 0 });
        await client.messages.create({ ...HELLO, model: text }).catch(() => {});
        const stream = client.messages.create({ ...HELLO, model: text, stream: true });
        await Promise.resolve(stream)
          .then((events) => collect(events))
          .catch(() => {});
        await client.messages.batches.retrieve(encodeURIComponent(headerOf(text))).catch(() => {});
      }
      await vi.waitFor(async () => expect(await harness.metric('anthropic.client.active_calls')).toBe(0));
      // The call spans of newer SDKs are the SDK's own.
      await expectHarmless(harness, sdk === CURRENT ? harness.attemptSpans() : harness.spans());
      expect(harness.logs().length).toBeGreaterThan(HOSTILE.length);
    },
  );
});

test('the message of the API is cut where content is captured', async () => {
  const harness = await startHarness({
    telemetry: { captureContent: true },
    client: { fetch: async () => responseOf('\u001b[2J'.repeat(2000), 400) },
  });
  await harness.client.messages.create(HELLO).catch(() => {});
  const message = String(harness.logs()[0]?.fields['error_message']);
  expect(message).toHaveLength(MAX_MESSAGE);
  expect(message).not.toMatch(UNSAFE);
});
