/** What telemetry reports of its own failures holds nothing of what it worked on. */
import Anthropic from '@anthropic-ai/sdk';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Guard, STAGES } from '../../src/ports/guard.ts';
import { collect, HELLO, startHarness } from '../helpers/harness.ts';
import { newClient, OLDER_SDKS } from '../helpers/sdks.ts';

/** Short, because `JSON.parse` quotes no more than the characters around the one that it stumbles over. */
const SECRET = 'influenza';
const logged = vi.fn();

beforeEach(() => {
  logged.mockReset();
  const logger = { error: logged, warn: logged, info: logged, debug: logged, verbose: logged };
  diag.setLogger(logger, { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true });
  logged.mockReset();
});

afterEach(() => diag.disable());

/** Everything that was logged, with each property of each error. */
function everythingLogged(): string {
  const own = (value: unknown): unknown =>
    value instanceof Error
      ? Object.fromEntries(Object.getOwnPropertyNames(value).map((key) => [key, Reflect.get(value, key)]))
      : value;
  return JSON.stringify(logged.mock.calls.map((args) => args.map(own)));
}

class QuotingError extends Error {
  override name = SECRET;
  code = SECRET;
  input = SECRET;
}

describe('the guard', () => {
  test.each<[string, () => unknown]>([
    ['JSON.parse', () => JSON.parse(SECRET)],
    ['JSON.parse of a longer text', () => JSON.parse(`{"text": "${SECRET}", ${SECRET}}`)],
    ['URL', () => new URL(`/v1?key=${SECRET}`)],
    ['Headers', () => new Headers({ [`${SECRET} `]: '' })],
    ['decodeURIComponent', () => decodeURIComponent(`%${SECRET}`)],
    [
      'a logger that throws its record',
      () => {
        throw { message: SECRET };
      },
    ],
    [
      'a logger that throws a text',
      () => {
        throw SECRET;
      },
    ],
    [
      'an error of the application',
      () => {
        throw new QuotingError(SECRET, { cause: SECRET });
      },
    ],
    [
      'several errors',
      () => {
        throw new AggregateError([new Error(SECRET)], SECRET);
      },
    ],
  ])('reports that %s failed, and of what kind the error is, and quotes nothing', (_name, step) => {
    const guard = new Guard(() => {});
    for (const stage of STAGES) guard.run(stage, step);
    expect(logged).toHaveBeenCalledTimes(STAGES.length);
    expect(everythingLogged()).not.toContain('influ');
  });

  test('quotes nothing of rejections either, and of errors with any message, class or code', async () => {
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[a-z ]{0,8}$/), async (more) => {
        const guard = new Guard(() => {});
        const secret = `${more}${SECRET}`;
        const error = Object.assign(new Error(secret), { name: secret, code: secret, stack: secret });
        guard.run('logs', () => Promise.reject(error));
        await guard.runAsync('call', () => Promise.reject(secret));
        expect(everythingLogged()).not.toContain(SECRET);
      }),
    );
  });

  test('names class and code', () => {
    new Guard(() => {}).run('call', () => new URL('nowhere'));
    expect(logged.mock.calls).toEqual([
      ['anthropic-otel: call telemetry failed (TypeError ERR_INVALID_URL); the application is not affected'],
    ]);
  });
});

/** Bodies that are not what they should be. The first failure of a stage is logged, so the one that is quoted best goes first. */
const BODIES: Readonly<Record<string, string>> = {
  'a value that is none': `{"text": ${SECRET}}`,
  text: SECRET,
  'JSON that is cut': `{"id":"msg_1","content":[{"type":"text","text":"${SECRET}`,
  'JSON with more behind it': `{"id":"msg_1"} ${SECRET}`,
  'a field that is none': `{${SECRET}: 1}`,
  'a message that is none': `{"error": {"message": ${SECRET}}}`,
  'a stream with an event that is no JSON': `event: message_start\ndata: ${SECRET}\n\nevent: message_delta\ndata: {"delta":${SECRET}}\n\n`,
  'an event without an end': `event: message_start\ndata: {"message":{"id":"msg_1"}}\n\nevent: error\ndata: {${SECRET}`,
};
const TYPES = ['application/json', 'text/event-stream', 'text/plain'];
const CASES = [200, 400, 529].flatMap((status) =>
  Object.entries(BODIES).flatMap(([name, body]) => TYPES.map((type) => ({ status, name, body, type }))),
);

describe.each([{ version: '1', Client: Anthropic as never, adapter: 'middleware' as const }, ...OLDER_SDKS])(
  'SDK $version: of a response that is no JSON',
  (sdk) => {
    test.each([false, true])(
      'no diagnostic, log record, span or metric quotes anything (stream: %s)',
      async (stream) => {
        // What older SDKs write themselves of a broken stream, with telemetry and without.
        vi.spyOn(console, 'error').mockImplementation(() => {});
        const harness = await startHarness();
        for (const { status, body, type } of CASES) {
          const fetch = async (): Promise<Response> =>
            new Response(body, { status, headers: { 'content-type': type } });
          const client = newClient(sdk, harness, { fetch, maxRetries: 0 });
          const made = client.messages.create({ ...HELLO, stream });
          await Promise.resolve(made)
            .then(async (response) => stream && collect(response as never))
            .catch(() => {});
          const response = await client.messages
            .create({ ...HELLO, stream })
            .asResponse()
            .catch(() => undefined);
          await response?.text();
        }
        harness.telemetry.endOpenCalls();
        expect(await harness.metric('anthropic.client.calls')).toBe(2 * CASES.length);
        const spans = harness
          .attemptSpans()
          .map(({ name, attributes, events }) => ({ name, attributes, events }));
        const written = [
          everythingLogged(),
          JSON.stringify(harness.logs()),
          JSON.stringify(spans),
          JSON.stringify([...(await harness.allPoints())]),
        ];
        for (const text of written) expect(text).not.toContain('influ');
      },
    );
  },
);
