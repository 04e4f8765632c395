/** Who a call is made for, from `withAttributes`, the options and baggage, on everything that is recorded of it. */
import { context, propagation } from '@opentelemetry/api';
import { describe, expect, test, vi } from 'vitest';
import { withAttributes } from '../../src/index.ts';
import { Call } from '../../src/model/call.ts';
import type { CallSpan } from '../../src/ports/call-span.ts';
import { respond } from '../../src/testing/index.ts';
import { createScene } from '../detection/scene.ts';
import { type Harness, HELLO, MODEL, rejection, startHarness } from '../helpers/harness.ts';
import { newClient, OLDER_SDKS } from '../helpers/sdks.ts';

const START = { method: 'messages.create', provider: 'anthropic', model: MODEL, stream: false };
const HANDLE = { visible: false } as CallSpan;
const TEAM = 'anthropic.attribution.team';
const FEATURE = 'anthropic.attribution.feature';
const KEYS = { attributionKeys: ['team', 'feature'] };

/** The metrics that carry the declared keys. */
const ATTRIBUTED = [
  'anthropic.client.calls',
  'anthropic.client.attempts',
  'anthropic.client.cost',
  'anthropic.client.recent_cost',
  'gen_ai.client.inference.usage.input_tokens',
  'gen_ai.client.inference.usage.output_tokens',
];

/** The last log record of a call. */
const lastAttribution = (harness: Harness): unknown => harness.logs().at(-1)?.fields['attribution'];

describe('attributes', () => {
  test('are on calls, attempts, tokens and cost, on spans and in log records', async () => {
    const harness = await startHarness({ telemetry: KEYS });
    harness.server.plan([respond.error(529)]);
    await withAttributes({ team: 'search', feature: 'summary', tenant: 't-1' }, () =>
      harness.client.messages.create(HELLO),
    );
    for (const name of ATTRIBUTED) {
      const points = await harness.points(name);
      expect(points.length, name).toBeGreaterThan(0);
      for (const { attributes } of points) {
        expect(attributes, name).toMatchObject({ [TEAM]: 'search', [FEATURE]: 'summary' });
        expect(Object.keys(attributes), name).not.toContain('anthropic.attribution.tenant');
      }
    }
    for (const span of harness.spans()) {
      expect(span.attributes, span.name).toMatchObject({
        [TEAM]: 'search',
        'anthropic.attribution.tenant': 't-1',
      });
    }
    expect(harness.spans()).toHaveLength(3);
    expect(harness.logs()).toHaveLength(2);
    for (const { fields } of harness.logs()) {
      expect(fields['attribution']).toEqual({ team: 'search', feature: 'summary', tenant: 't-1' });
    }
  });

  test('of other metrics are none', async () => {
    const harness = await startHarness({ telemetry: KEYS, client: { maxRetries: 0 } });
    harness.server.plan([respond.error(500)]);
    await withAttributes({ team: 'search' }, async () => {
      await rejection(harness.client.messages.create(HELLO));
      await harness.client.messages.stream(HELLO).finalMessage();
    });
    for (const [name, points] of await harness.allPoints()) {
      if (ATTRIBUTED.includes(name) || name.includes('.usage.')) continue;
      for (const { attributes } of points)
        expect(Object.keys(attributes).join(' '), name).not.toContain('attribution');
    }
  });

  test('are labels for declared keys alone', async () => {
    const harness = await startHarness();
    await withAttributes({ team: 'search' }, () => harness.client.messages.create(HELLO));
    expect((await harness.points('anthropic.client.calls'))[0]?.attributes).not.toHaveProperty(TEAM);
    expect(harness.callSpans()[0]?.attributes[TEAM]).toBe('search');
    expect(lastAttribution(harness)).toEqual({ team: 'search' });
  });

  test('go on through awaits, and stay apart in calls at the same time', async () => {
    const harness = await startHarness({ telemetry: KEYS });
    const call = (team: string, times: number): Promise<void> =>
      withAttributes({ team }, async () => {
        for (let n = 0; n < times; n++) {
          await new Promise(setImmediate);
          await harness.client.messages.create(HELLO);
        }
      });
    await Promise.all([call('a', 1), call('b', 2), call('c', 3), harness.client.messages.create(HELLO)]);
    for (const [team, count] of [
      ['a', 1],
      ['b', 2],
      ['c', 3],
      [undefined, 1],
    ] as const) {
      expect(await harness.metric('anthropic.client.calls', { [TEAM]: team })).toBe(count);
    }
  });

  test('of nested functions go before the outer ones, key by key, and what is not set changes nothing', async () => {
    const harness = await startHarness({
      telemetry: { ...KEYS, attributes: { team: 'default', feature: 'default' } },
    });
    await withAttributes({ team: 'outer', tenant: 't' }, () =>
      withAttributes({ team: 'inner', feature: undefined, tenant: '' }, () =>
        harness.client.messages.create(HELLO),
      ),
    );
    expect(lastAttribution(harness)).toEqual({ team: 'inner', feature: 'default', tenant: 't' });
    await harness.client.messages.create(HELLO);
    expect(lastAttribution(harness)).toEqual({ team: 'default', feature: 'default' });
  });

  test('are those with which the call started: a stream that is read elsewhere keeps them', async () => {
    const harness = await startHarness({ telemetry: KEYS });
    const stream = await withAttributes({ team: 'starter' }, () =>
      harness.client.messages.create({ ...HELLO, stream: true }),
    );
    await withAttributes({ team: 'reader' }, async () => {
      for await (const _ of stream);
    });
    expect(await harness.metric('anthropic.client.calls', { [TEAM]: 'starter' })).toBe(1);
    expect(await harness.metric('anthropic.client.calls', { [TEAM]: 'reader' })).toBe(0);
  });

  test('need no context manager', async () => {
    const harness = await startHarness({ telemetry: KEYS, contextManager: false });
    harness.server.plan([respond.error(529)]);
    await withAttributes({ team: 'search' }, () => harness.client.messages.create(HELLO));
    expect(await harness.metric('anthropic.client.attempts', { [TEAM]: 'search' })).toBe(2);
  });

  test.each(OLDER_SDKS)('reach the calls of SDK $version', async (sdk) => {
    const harness = await startHarness({ telemetry: KEYS });
    const client = newClient(sdk, harness);
    await withAttributes({ team: 'search' }, () => client.messages.create(HELLO));
    for (const name of ATTRIBUTED) {
      expect(await harness.metric(name), name).toBeGreaterThan(0);
      expect(await harness.metric(name, { [TEAM]: 'search' }), name).toBe(await harness.metric(name));
    }
  });

  test('return what the function returns, and throw what it throws', () => {
    const result = {};
    expect(withAttributes({}, () => result)).toBe(result);
    const error = new Error('mine');
    expect(() =>
      withAttributes({ team: 'a' }, () => {
        throw error;
      }),
    ).toThrow(error);
  });
});

describe('baggage', () => {
  const inBaggage = <Result>(entries: Record<string, string>, run: () => Result): Result => {
    const baggage = propagation.createBaggage(
      Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, { value }])),
    );
    return context.with(propagation.setBaggage(context.active(), baggage), run);
  };

  test('is read for the declared keys, after `withAttributes` and before the options', async () => {
    const harness = await startHarness({
      telemetry: { ...KEYS, attributionBaggage: true, attributes: { team: 'default', feature: 'default' } },
    });
    const create = () => harness.client.messages.create(HELLO);
    await inBaggage({ team: 'baggage', userEmail: 'someone@example.com' }, create);
    expect(lastAttribution(harness)).toEqual({ team: 'baggage', feature: 'default' });
    await inBaggage({ team: 'baggage' }, () => withAttributes({ team: 'own' }, create));
    expect(lastAttribution(harness)).toEqual({ team: 'own', feature: 'default' });
  });

  test.each([
    ['it is switched off', KEYS],
    ['no key is declared', { attributionBaggage: true }],
  ])('is not read when %s', async (_title, telemetry) => {
    const harness = await startHarness({ telemetry });
    await inBaggage({ team: 'baggage' }, () => harness.client.messages.create(HELLO));
    expect(lastAttribution(harness)).toBeUndefined();
  });
});

describe('series stay bounded', () => {
  test('the first 100 values of a key are kept apart, and totals stay right', async () => {
    const harness = await startHarness({ telemetry: KEYS });
    const teamCall = (team: string): Promise<unknown> =>
      withAttributes({ team, feature: 'same' }, () => harness.client.messages.create(HELLO));
    await Promise.all(Array.from({ length: 129 }, (_, n) => teamCall(`team-${n}`)));
    await teamCall('team-129');
    const teams = (await harness.points('anthropic.client.calls')).map(({ attributes }) => attributes[TEAM]);
    expect(new Set(teams).size).toBe(101);
    expect(await harness.metric('anthropic.client.calls', { [TEAM]: '_OTHER', [FEATURE]: 'same' })).toBe(30);
    expect(await harness.metric('anthropic.client.calls')).toBe(130);
    expect(lastAttribution(harness)).toEqual({ team: 'team-129', feature: 'same' });
  });

  test('the first 1,000 combinations of a model and values are kept apart', async () => {
    // Without HTTP: 1,100 calls.
    const { telemetry, points } = createScene({ ...KEYS });
    for (let n = 0; n < 1100; n++) {
      withAttributes({ team: `team-${n % 90}`, feature: `feature-${n % 89}` }, () => {
        new Call(START, telemetry.listener, HANDLE, () => n).end({ outcome: 'ok', usage: {} });
      });
      // OpenTelemetry itself keeps 2,000 series of a metric between two collections.
      if (n % 300 === 0) await points();
    }
    vi.restoreAllMocks();
    const calls = ((await points()).get('anthropic.client.calls') ?? []).filter(({ value }) => value !== 0);
    const others = calls.filter(({ attributes }) => attributes[TEAM] === '_OTHER');
    expect(calls).toHaveLength(1001);
    expect(others).toMatchObject([
      { attributes: { [FEATURE]: '_OTHER', 'gen_ai.request.model': MODEL }, value: 100 },
    ]);
  });

  test('a long value is _OTHER in metrics and cut elsewhere, and control characters are replaced', async () => {
    const harness = await startHarness({ telemetry: KEYS });
    await withAttributes({ team: 'x'.repeat(10_000), feature: 'a\nb' }, () =>
      harness.client.messages.create(HELLO),
    );
    expect((await harness.points('anthropic.client.calls'))[0]?.attributes).toMatchObject({
      [TEAM]: '_OTHER',
      [FEATURE]: 'a\ufffdb',
    });
    expect(String(harness.callSpans()[0]?.attributes[TEAM]).length).toBe(256);
  });
});

describe('wrong attributes', () => {
  test.each([
    ['no object', null, /`attributes` to be an object of strings by key, got null/],
    ['a list', ['team'], /`attributes` to be an object/],
    ['a number', { team: 5 }, /`attributes.team` to be a string, got number/],
    ['a key with a space', { 'my team': 'a' }, /`a key of attributes` to be a letter and .*, got "my team"/],
    [
      'eleven keys',
      Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`k${n}`, 'v'])),
      /at most 10 keys, got 11/,
    ],
  ])('of %s are a TypeError, and nothing runs', (_title, wrong, message) => {
    let ran = false;
    const run = (): unknown =>
      withAttributes(wrong as never, () => {
        ran = true;
      });
    expect(run).toThrow(TypeError);
    expect(run).toThrow(message);
    expect(ran).toBe(false);
  });

  test('without a function are a TypeError', () => {
    expect(() => withAttributes({ team: 'a' }, undefined as never)).toThrow(
      new TypeError('anthropic-otel: expected `fn` to be a function, got undefined'),
    );
  });
});
