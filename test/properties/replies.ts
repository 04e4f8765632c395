/** Random replies of an API, of gateways before it and of wires between: good, rejecting and broken. */
import fc from 'fast-check';
import { events, message } from './messages.ts';
import type { Reply } from './plan.ts';

type Header = readonly [name: string, value: string];

const HTML = '<!doctype html><title>502 Bad Gateway</title><p>nginx';
const TYPES = [
  'invalid_request_error',
  'authentication_error',
  'permission_error',
  'not_found_error',
  'request_too_large',
  'rate_limit_error',
  'api_error',
  'overloaded_error',
  'timeout_error',
  'billing_error',
  'gateway_error',
  'constructor',
];

const STATUSES = [
  300, 400, 402, 401, 403, 404, 408, 409, 413, 418, 422, 426, 451, 499, 429, 500, 502, 503, 504, 529, 302,
  304, 305, 306, 599, 600, 999,
];
const RETRIED = [408, 409, 429, 500, 502, 503, 504, 529];

const cuts = fc.array(fc.nat(5000), { maxLength: 4 });

/** Headers that telemetry reads, right and wrong. None of them makes the SDK wait for long. */
const odd: fc.Arbitrary<Header> = fc.oneof(
  fc.tuple(
    fc.constant('request-id'),
    fc.constantFrom('req_1', '', ' ', 'r'.repeat(2000), 'req_\u00e9\u00ff', '<b>&"', '[object Object]'),
  ),
  fc.tuple(
    fc.constantFrom(
      'anthropic-ratelimit-requests-limit',
      'anthropic-ratelimit-requests-remaining',
      'anthropic-ratelimit-requests-reset',
      'anthropic-ratelimit-input-tokens-remaining',
      'anthropic-ratelimit-tokens-reset',
      'anthropic-priority-input-tokens-limit',
      'x-ratelimit-remaining-requests',
    ),
    fc.constantFrom('50', '0', '-1', '1e999', 'NaN', '9'.repeat(400), '', '2030-01-01T00:00:00Z', 'soon'),
  ),
  fc.tuple(
    fc.constant('retry-after'),
    fc.constantFrom(
      ...['0', '-5', 'soon', '', '1e-3', '9999999'],
      ...['Wed, 21 Oct 2015 07:28:00 GMT', 'Wed, 21 Oct 2099 07:28:00 GMT'],
    ),
  ),
  fc.constant<Header>(['server-timing', 't'.repeat(4000)]),
  fc.tuple(fc.constant('anthropic-organization-id'), fc.constantFrom('org_1', '', 'x'.repeat(3000))),
);

const headers = fc.array(odd, { maxLength: 3 });
const shouldRetry = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Header[]>([]) },
  fc
    .constantFrom('true', 'false', 'yes', '', 'TRUE', ' true ')
    .map((value): Header[] => [['x-should-retry', value]]),
);
/** Rarely none: the SDK then waits for half a second and more. */
const retryAfterMs = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.integer({ min: 1, max: 20 }).map((ms): Header[] => [['retry-after-ms', `${ms}`]]),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('soon', '-1', '0', 'Infinity', '1e12', '')
      .map((value): Header[] => [['retry-after-ms', value]]),
  },
);

const envelope = fc.record({
  type: fc.constant('error'),
  error: fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record(
        {
          type: fc.constantFrom(...TYPES),
          message: fc.constantFrom('No.', 'Your credit balance is too low', 'messages.0.content: bad', ''),
          details: fc.constantFrom(null, { error_code: 'credit_balance' }, { error_code: 7 }),
        },
        { requiredKeys: ['type', 'message'] },
      ),
    },
    fc.constantFrom(null, 'no', 7, [], {}),
  ),
});

const rejectionBody = fc.oneof(
  { weight: 6, arbitrary: envelope.map((body) => JSON.stringify(body)) },
  { weight: 1, arbitrary: envelope.map((body) => JSON.stringify(body).slice(0, -5)) },
  fc.constantFrom('', HTML, 'null', '[]', '"overloaded"', 'upstream connect error', '\u0000\u0001'),
);
const HUGE = JSON.stringify({ type: 'error', error: { type: 'api_error', message: 'x'.repeat(2 ** 20) } });

const contentType = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Header[]>([['content-type', 'application/json']]) },
  fc.constantFrom<Header[][]>(
    [],
    [['content-type', 'text/html']],
    [['content-type', 'application/problem+json; charset=utf-8']],
    [['content-type', 'text/event-stream']],
  ),
);

/** What states that events come. No SDK reads it. */
const eventsType = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Header[]>([['content-type', 'text/event-stream; charset=utf-8']]) },
  fc.constantFrom<Header[][]>([], [['content-type', 'text/plain']], [['content-type', 'application/json']]),
);

const GOOD = ['length', 'chunked', 'close', 'gzip', 'br', 'flushed', 'trailers', 'deflate', 'zstd'] as const;

const framing: fc.Arbitrary<Reply['framing']> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<Reply['framing'][]>(...GOOD) },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Reply['framing'][]>(
      'long',
      'short',
      'cut-chunk',
      'bad-chunk',
      'bad-gzip',
      'bad-br',
    ),
  },
);

/** A pause in the middle of the body; rarely one that only the client ends. */
const hold = fc.oneof(
  { weight: 6, arbitrary: fc.constant(undefined) },
  { weight: 3, arbitrary: fc.constantFrom(5, 15, 30).map((until) => ({ segment: 1, until })) },
);

const stalled = fc.constantFrom(
  { segment: 0, until: 'closed' as const },
  { segment: 1, until: 'closed' as const },
);

const whole = { head: 'whole' } as const;
const head = fc.constantFrom<Reply['head'][]>('whole', 'whole', 'whole', 'hints');

/** `body` in two segments, so that a reply can stop in the middle. */
function halves(body: string): string[] {
  return [body.slice(0, body.length / 2), body.slice(body.length / 2)];
}

/** A response of 200 with a Message, or with what stands in its place. */
export const good: fc.Arbitrary<Reply> = fc.record({
  head,
  keep: fc.boolean(),
  status: fc.constantFrom(...[200, 200, 200, 200, 200, 200, 201, 202, 203, 204, 205]),
  headers: fc.tuple(contentType, headers).map((all) => all.flat()),
  framing,
  body: fc
    .oneof(
      { weight: 6, arbitrary: message.map((body) => JSON.stringify(body)) },
      { weight: 1, arbitrary: message.map((body) => `\ufeff${JSON.stringify(body)}`) },
      { weight: 1, arbitrary: message.map((body) => `\n \r\n${JSON.stringify(body)}`) },
      fc.constantFrom('{"input_tokens":12}', '', HTML, 'null', '[]', '{"type":"message"'),
    )
    .map(halves),
  cuts,
  hold,
});

/** A response of 200 with a stream of events: whole, cut, or with an error in it. */
export const streamed: fc.Arbitrary<Reply> = fc.record({
  head,
  keep: fc.boolean(),
  status: fc.constant(200),
  headers: fc.tuple(eventsType, headers).map((all) => all.flat()),
  framing: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom<Reply['framing'][]>(...GOOD) },
    fc.constantFrom<Reply['framing'][]>('cut-chunk', 'bad-chunk', 'long', 'short', 'bad-gzip'),
  ),
  body: events,
  cuts,
  hold,
});

const rejection = (statuses: readonly number[]): fc.Arbitrary<Reply> =>
  fc.record({
    head,
    keep: fc.boolean(),
    status: fc.constantFrom(...statuses),
    headers: fc.tuple(contentType, retryAfterMs, shouldRetry, headers).map((all) => all.flat()),
    framing,
    body: rejectionBody.map(halves),
    cuts,
    hold,
  });

/** A rejection whose body never ends, as far as the server goes. */
const stalledRejection: fc.Arbitrary<Reply> = fc
  .tuple(rejection(RETRIED), stalled)
  .map(([reply, until]) => ({ ...reply, framing: 'chunked', hold: until }));

/** A rejection of a megabyte. */
const hugeRejection: fc.Arbitrary<Reply> = fc
  .tuple(rejection(STATUSES), fc.constantFrom<Reply['framing'][]>('length', 'chunked', 'gzip'))
  .map(([reply, framing]) => ({ ...reply, framing, body: halves(HUGE), cuts: [] }));

/** No response at all. */
const unanswered: fc.Arbitrary<Reply> = fc
  .constantFrom<Reply['head'][]>('none', 'reset', 'cut', 'huge', 'no-http', 'hang')
  .map((head) => ({ head, status: 200, headers: [], framing: 'length', body: ['{}'], cuts: [] }));

/** A response that sends the client on. */
const redirect: fc.Arbitrary<Reply> = fc
  .tuple(
    fc.constantFrom(301, 302, 303, 307, 308),
    fc.constantFrom('/v1/messages?again', '', 'ftp://127.0.0.1/'),
    fc.boolean(),
  )
  .map(([status, location, keep]) => ({
    ...whole,
    status,
    keep,
    headers: [['location', location]],
    framing: 'length',
    body: [''],
    cuts: [],
  }));

/** A reply that is no good response. */
export const failure: fc.Arbitrary<Reply> = fc.oneof(
  { weight: 12, arbitrary: rejection(RETRIED) },
  { weight: 4, arbitrary: rejection(STATUSES) },
  { weight: 1, arbitrary: stalledRejection },
  { weight: 1, arbitrary: hugeRejection },
  { weight: 1, arbitrary: unanswered },
  { weight: 1, arbitrary: redirect },
);

/** A rejection that the SDK retries in `ms` milliseconds. */
export function retriedIn(ms: number): Reply {
  return {
    ...whole,
    status: 529,
    headers: [
      ['content-type', 'application/json'],
      ['retry-after-ms', `${ms}`],
    ],
    framing: 'length',
    body: ['{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'],
    cuts: [],
  };
}
