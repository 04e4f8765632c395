/** Detection gauges against a recount of random calls, on a clock that the test moves. */
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { errorType, isRetryableStatus } from '../../src/model/errors.ts';
import { createScene, MODEL_KEY } from './scene.ts';

afterEach(() => vi.restoreAllMocks());

const MODELS = ['claude-opus-5-5', 'claude-haiku-5-5'];
const STATUSES = [200, 400, 401, 402, 403, 404, 422, 429, 500, 503, 529, undefined] as const;

/** What each status counts as. */
const KIND: Record<string, string> = {
  200: 'ok',
  400: 'invalid',
  401: 'authentication',
  402: 'billing',
  403: 'permission',
  404: 'not_found',
  422: 'invalid',
  429: 'rate_limit',
  500: 'server_error',
  503: 'server_error',
  529: 'overloaded',
  undefined: 'network',
};

const call = fc.record({
  model: fc.constantFrom(...MODELS),
  stream: fc.boolean(),
  route: fc.constantFrom('/v1/messages', '/v1/models'),
  attempts: fc.array(
    fc.record({ status: fc.constantFrom(...STATUSES), wait: fc.integer({ min: 0, max: 90_000 }) }),
    {
      minLength: 1,
      maxLength: 4,
    },
  ),
  canceled: fc.boolean(),
  pause: fc.integer({ min: 0, max: 400_000 }),
});

interface Counted {
  readonly at: number;
  readonly name: string;
}

test('at any time, what is younger than 300 s is counted and what is 305 s old is not', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 12 }), async (calls) => {
      const scene = createScene();
      const happened: Counted[] = [];
      const note = (name: string): void => void happened.push({ at: scene.clock.now, name });
      const runs = new Map<string, { length: number; grewAt?: number }>();
      const rejected = new Map<string, { at: number; failing: boolean }>();
      const check = async (): Promise<void> => {
        const points = await scene.points();
        const counts = new Map<string, number>();
        for (const [metric, key] of RECENT) {
          for (const { attributes, value } of points.get(metric) ?? [])
            counts.set(`${metric} ${key(attributes)}`, value as number);
        }
        for (const name of new Set([...happened.map((each) => each.name), ...counts.keys()])) {
          const ages = happened.filter((each) => each.name === name).map(({ at }) => scene.clock.now - at);
          const count = counts.get(name) ?? Number.NaN;
          expect(count, name).toBeGreaterThanOrEqual(ages.filter((age) => age <= 300_000).length);
          expect(count, name).toBeLessThanOrEqual(ages.filter((age) => age < 305_000).length);
        }
        for (const [route, { length, grewAt }] of runs) {
          const age = points
            .get('anthropic.client.server_error_run_age')
            ?.find((point) => point.attributes['http.route'] === route);
          expect(age?.value, `run of ${length} on ${route}`).toBe(
            grewAt === undefined ? undefined : (scene.clock.now - grewAt) / 1000,
          );
        }
        for (const [route, { at, failing }] of rejected) {
          const read = (name: string): unknown =>
            points.get(`anthropic.client.${name}`)?.find((point) => point.attributes['http.route'] === route)
              ?.value;
          expect(read('authentication_failing'), route).toBe(failing ? 1 : 0);
          expect(read('authentication_failure_age'), route).toBe((scene.clock.now - at) / 1000);
        }
      };
      for (const { model, stream, route, attempts, canceled, pause } of calls) {
        const open = scene.start({ model, stream, route });
        let last: number | undefined;
        for (const { status, wait } of attempts) {
          const attempt = open.beginAttempt('POST', 'http://api/');
          last = status;
          if (status === 200) {
            scene.accept(open, attempt);
            const known = rejected.get(route);
            if (known) known.failing = false;
            runs.set(route, { ...runs.get(route), length: 0 });
            break;
          }
          scene.fail(open, attempt, status);
          note(`anthropic.client.recent_attempts ${model} ${KIND[String(status)]}`);
          if (status === 401) rejected.set(route, { at: scene.clock.now, failing: true });
          if (status !== undefined && status !== 529) {
            const length = status >= 500 ? (runs.get(route)?.length ?? 0) + 1 : 0;
            const grewAt = length >= 2 ? scene.clock.now : runs.get(route)?.grewAt;
            runs.set(route, { length, ...(grewAt !== undefined && { grewAt }) });
          }
          await check();
          scene.clock.now += wait;
          await check();
        }
        const failed = last !== 200;
        const outcome = canceled ? 'canceled' : failed ? 'error' : 'ok';
        open.end({
          outcome,
          sdkErrorType: last === undefined ? 'connection_error' : errorType(undefined, last),
          status: last,
          usage: {},
        });
        if (!failed) note(`anthropic.client.recent_attempts ${model} ok`);
        note(`anthropic.client.recent_calls ${model} ${outcome} ${stream}`);
        const retryable = last === undefined || isRetryableStatus(last, null);
        if (outcome === 'error' && retryable) note(`anthropic.client.recent_retries_exhausted ${model}`);
        await check();
        scene.clock.now += pause;
        await check();
      }
    }),
    { numRuns: 100 },
  );
});

type Attributes = Readonly<Record<string, unknown>>;

/** The gauges of the window, and the name of each series in the recount. */
const RECENT: readonly (readonly [string, (attributes: Attributes) => string])[] = [
  [
    'anthropic.client.recent_calls',
    (a) => `${a[MODEL_KEY]} ${a['anthropic.outcome']} ${a['gen_ai.request.stream']}`,
  ],
  ['anthropic.client.recent_attempts', (a) => `${a[MODEL_KEY]} ${a['anthropic.attempt.kind']}`],
  ['anthropic.client.recent_retries_exhausted', (a) => `${a[MODEL_KEY]}`],
];
