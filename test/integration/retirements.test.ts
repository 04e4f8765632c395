/** What the Models API states of retirements is learned when the application reads it. */
import { expect, test, vi } from 'vitest';
import { collect, type Harness, HELLO, startHarness } from '../helpers/harness.ts';
import { newClient, OLDER_SDKS } from '../helpers/sdks.ts';

const DAYS = 'anthropic.client.model_retirement_days';
const KNOWN = 'claude-sonnet-4-5';
const ACTIVE = { lifecycle: 'active', retires_at: null };

/** Responds like the Models API with `models`, and like the API of the harness with everything else. */
function withModels(...models: readonly object[]): typeof fetch {
  return async (url, init) => {
    const { pathname } = new URL(String(url));
    if (!pathname.startsWith('/v1/models')) return fetch(url, init);
    const data = models.map((model) => ({ type: 'model', ...model }));
    const [first] = data;
    return Response.json(
      pathname.endsWith('/models') ? { data, has_more: false, first_id: null, last_id: null } : first,
    );
  };
}

async function daysAt(time: string, harness: Harness): Promise<Record<string, unknown>> {
  vi.spyOn(Date, 'now').mockReturnValue(Date.parse(time));
  const points = await harness.points(DAYS);
  vi.restoreAllMocks();
  return Object.fromEntries(
    points.map(({ attributes, value }) => [attributes['gen_ai.request.model'], value]),
  );
}

test.each(['list', 'retrieve'] as const)(
  'models.%s: its date goes before the built-in table',
  async (method) => {
    const models = withModels({
      id: `${KNOWN}-20250929`,
      lifecycle: 'deprecated',
      retires_at: '2027-01-15T00:00:00Z',
    });
    const harness = await startHarness({ client: { fetch: models } });
    await harness.client.messages.create({ ...HELLO, model: KNOWN });
    expect(await daysAt('2026-11-20', harness)).toEqual({ [KNOWN]: 10 });
    if (method === 'list') await collect(harness.client.models.list());
    else await harness.client.models.retrieve(`${KNOWN}-20250929`);
    expect(await daysAt('2027-01-05', harness)).toEqual({ [KNOWN]: 10 });
  },
);

test('a model that is active by the statement of the API has no date, whatever the table has', async () => {
  const harness = await startHarness({ client: { fetch: withModels({ id: KNOWN, ...ACTIVE }) } });
  await harness.client.messages.create({ ...HELLO, model: KNOWN });
  await harness.client.models.retrieve(KNOWN);
  expect(await daysAt('2026-11-20', harness)).toEqual({});
});

test('the dates of the options go first', async () => {
  const harness = await startHarness({
    client: { fetch: withModels({ id: KNOWN, lifecycle: 'deprecated', retires_at: '2027-01-15T00:00:00Z' }) },
    telemetry: { retirements: { [KNOWN]: '2026-12-01' } },
  });
  await harness.client.messages.create({ ...HELLO, model: KNOWN });
  await harness.client.models.retrieve(KNOWN);
  expect(await daysAt('2026-11-21', harness)).toEqual({ [KNOWN]: 10 });
});

test.each([
  ['no field', { id: KNOWN }],
  ['null and no lifecycle, as of a gateway', { id: KNOWN, retires_at: null }],
  ['no date', { id: KNOWN, ...ACTIVE, retires_at: 'soon' }],
  ['a number', { id: KNOWN, ...ACTIVE, retires_at: 7 }],
  ['no id', ACTIVE],
  ['an id that is no string', { id: { toString: 1 }, ...ACTIVE }],
])('%s states nothing: the table stays', async (_, model) => {
  const harness = await startHarness({ client: { fetch: withModels(model) } });
  await harness.client.messages.create({ ...HELLO, model: KNOWN });
  await collect(harness.client.models.list());
  expect(await daysAt('2026-11-20', harness)).toEqual({ [KNOWN]: 10 });
  expect(await harness.points('anthropic.telemetry.errors')).toEqual([]);
});

test('100,000 models leave the number of those remembered small', async () => {
  const many = Array.from({ length: 100_000 }, (_, n) => ({
    id: `m-${n}`,
    ...ACTIVE,
    retires_at: '2027-01-01',
  }));
  const harness = await startHarness({ client: { fetch: withModels(...many, { id: KNOWN, ...ACTIVE }) } });
  await harness.client.messages.create({ ...HELLO, model: KNOWN });
  expect(await collect(harness.client.models.list())).toHaveLength(100_001);
  expect(await daysAt('2026-11-20', harness)).toEqual({ [KNOWN]: 10 });
});

test.each(OLDER_SDKS)('SDK $version reads the same', async (sdk) => {
  const retires = withModels({ id: KNOWN, lifecycle: 'deprecated', retires_at: '2027-01-15T00:00:00Z' });
  const harness = await startHarness({ client: { fetch: retires } });
  const client = newClient(sdk, harness, { fetch: retires });
  await client.messages.create({ ...HELLO, model: KNOWN });
  await client.models.retrieve(KNOWN);
  expect(await daysAt('2027-01-05', harness)).toEqual({ [KNOWN]: 10 });
});
