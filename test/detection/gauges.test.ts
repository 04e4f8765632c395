import { afterEach, describe, expect, test, vi } from 'vitest';
import { createScene, MODEL_KEY, type Scene } from './scene.ts';

afterEach(() => vi.restoreAllMocks());

/** The series of a detection gauge by the values of their labels, less when the process was created. */
async function gauge(scene: Scene, name: string): Promise<Record<string, unknown>> {
  const points = (await scene.points()).get(`anthropic.client.${name}`) ?? [];
  return Object.fromEntries(
    points.map(({ attributes: { [CREATED]: _, ...attributes }, value }) => [
      Object.values(attributes).join(' '),
      value,
    ]),
  );
}

const CREATED = 'process.creation.time';

describe('the window of five minutes', () => {
  test('counts a failed attempt when its response arrives, and not when its retry begins', async () => {
    const scene = createScene();
    const call = scene.start();
    scene.fail(call, call.beginAttempt('POST', 'u'), 429);
    expect(await gauge(scene, 'recent_attempts')).toEqual({ 'm rate_limit': 1 });
    scene.clock.now += 10_000;
    scene.accept(call, call.beginAttempt('POST', 'u'));
    call.end({ outcome: 'ok', usage: {} });
    expect(await gauge(scene, 'recent_attempts')).toEqual({ 'm rate_limit': 1, 'm ok': 1 });
  });

  test('is at 0 when it has passed, and the series stay', async () => {
    const scene = createScene();
    const call = scene.start();
    scene.fail(call, call.beginAttempt('POST', 'u'), 500);
    call.end({ outcome: 'error', status: 500, usage: {} });
    expect(await gauge(scene, 'recent_retries_exhausted')).toEqual({ m: 1 });
    scene.clock.now += 305_000;
    expect(await gauge(scene, 'recent_attempts')).toEqual({ 'm server_error': 0 });
    expect(await gauge(scene, 'recent_calls')).toEqual({ 'm error false': 0 });
    expect(await gauge(scene, 'recent_retries_exhausted')).toEqual({ m: 0 });
  });

  test('moves an attempt to another kind when its body states more', async () => {
    const scene = createScene();
    const call = scene.start();
    const attempt = call.beginAttempt('POST', 'u');
    scene.fail(call, attempt, 400);
    expect(await gauge(scene, 'recent_attempts')).toEqual({ 'm invalid': 1 });
    call.describeFailure(attempt, { billing: true });
    call.end({ outcome: 'error', sdkErrorType: 'invalid_request_error', status: 400, usage: {} });
    expect(await gauge(scene, 'recent_attempts')).toEqual({ 'm invalid': 0, 'm billing': 1 });
  });

  test('counts a stream that is cut as broken, and an error event in it as what the event stands for', async () => {
    const scene = createScene();
    for (const sdkErrorType of ['client_error', 'overloaded_error']) {
      const call = scene.start({ stream: true });
      scene.accept(call, call.beginAttempt('POST', 'u'));
      call.end({ outcome: 'error', sdkErrorType, status: 200, usage: {} });
    }
    expect(await gauge(scene, 'recent_attempts')).toEqual({ 'm broken_stream': 1, 'm overloaded': 1 });
  });

  test('counts canceled attempts nowhere, and their calls as canceled', async () => {
    const scene = createScene();
    const call = scene.start();
    call.beginAttempt('POST', 'u');
    call.end({ outcome: 'canceled', usage: {} });
    expect(await gauge(scene, 'recent_attempts')).toEqual({});
    expect(await gauge(scene, 'recent_calls')).toEqual({ 'm canceled false': 1 });
  });

  test('adds up cost without a remainder', async () => {
    const scene = createScene();
    for (let n = 0; n < 1000; n++) {
      const call = scene.start({ model: 'claude-opus-5-5' });
      scene.accept(call, call.beginAttempt('POST', 'u'));
      call.end({ outcome: 'ok', usage: { input: 7, output: 13 } });
      scene.clock.now += 137;
    }
    const { '': cost } = await gauge(scene, 'recent_cost');
    expect(cost).toBeCloseTo(1000 * (7 * 4e-6 + 13 * 20e-6), 9);
    scene.clock.now += 305_000;
    expect(await gauge(scene, 'recent_cost')).toEqual({ '': 0 });
  });
});

describe('failures that last', () => {
  test('401: the path fails until one of its attempts is accepted, and the age grows on', async () => {
    const scene = createScene();
    expect(await gauge(scene, 'authentication_failure_age')).toEqual({});
    const call = scene.start();
    scene.fail(call, call.beginAttempt('POST', 'u'), 401);
    scene.clock.now += 1_200_000;
    expect(await gauge(scene, 'authentication_failure_age')).toEqual({ '/v1/messages': 1200 });
    expect(await gauge(scene, 'authentication_failing')).toEqual({ '/v1/messages': 1 });
    const elsewhere = scene.start({ route: '/v1/models' });
    scene.accept(elsewhere, elsewhere.beginAttempt('GET', 'u'));
    expect(await gauge(scene, 'authentication_failing')).toEqual({ '/v1/messages': 1 });
    const limited = scene.start();
    scene.fail(limited, limited.beginAttempt('POST', 'u'), 429);
    expect(await gauge(scene, 'authentication_failing')).toEqual({ '/v1/messages': 1 });
    const next = scene.start();
    scene.accept(next, next.beginAttempt('POST', 'u'));
    expect(await gauge(scene, 'authentication_failing')).toEqual({ '/v1/messages': 0 });
    expect(await gauge(scene, 'authentication_failure_age')).toEqual({ '/v1/messages': 1200 });
  });

  test('5xx: two in a row on a path are a run, whatever their models, with an overload between them', async () => {
    const scene = createScene();
    const respond = (model: string, status: number): void => {
      const call = scene.start({ model });
      scene.fail(call, call.beginAttempt('POST', 'u'), status);
    };
    respond('a', 500);
    expect(await gauge(scene, 'server_error_run_age')).toEqual({});
    respond('b', 529);
    respond('b', 503);
    scene.clock.now += 7_000;
    expect(await gauge(scene, 'server_error_run_age')).toEqual({ '/v1/messages': 7 });
    respond('a', 500);
    expect(await gauge(scene, 'server_error_run_age')).toEqual({ '/v1/messages': 0 });
    respond('a', 400);
    respond('a', 500);
    scene.clock.now += 60_000;
    expect(await gauge(scene, 'server_error_run_age')).toEqual({ '/v1/messages': 60 });
  });
});

describe('rate-limit headroom', () => {
  test('is the share that is left, and 1 once the reset time has passed', async () => {
    const scene = createScene();
    const at = vi.spyOn(Date, 'now').mockReturnValue(1_800_000_000_000);
    const call = scene.start();
    const reset = new Date(1_800_000_060_000).toISOString();
    scene.accept(call, call.beginAttempt('POST', 'u'), [
      { type: 'requests', limit: 50, remaining: 5, reset, at: 1_800_000_000_000 },
      { type: 'tokens', limit: 1000, remaining: 250, at: 1_800_000_000_000 },
      { type: 'input_tokens', limit: 0, remaining: 0, at: 1_800_000_000_000 },
      { type: 'output_tokens', remaining: 9, at: 1_800_000_000_000 },
    ]);
    expect(await gauge(scene, 'rate_limit.headroom')).toEqual({ 'requests m': 0.1, 'tokens m': 0.25 });
    at.mockReturnValue(1_800_000_060_000);
    expect(await gauge(scene, 'rate_limit.headroom')).toEqual({ 'requests m': 1, 'tokens m': 0.25 });
  });
});

describe('the oldest open call', () => {
  test('waits for a response, then for a retry, then reads, and is gone', async () => {
    const scene = createScene();
    const call = scene.start();
    const first = call.beginAttempt('POST', 'u');
    scene.clock.now += 3_000;
    expect(await gauge(scene, 'oldest_call_age')).toEqual({ 'm first_byte': 3 });
    scene.fail(call, first, 429);
    scene.clock.now += 3_600_000;
    expect(await gauge(scene, 'oldest_call_age')).toEqual({ 'm first_byte': 0, 'm retry_wait': 3600 });
    const second = call.beginAttempt('POST', 'u');
    scene.clock.now += 2_000;
    expect(await gauge(scene, 'oldest_call_age')).toEqual({ 'm first_byte': 2, 'm retry_wait': 0 });
    scene.accept(call, second);
    scene.clock.now += 1_000;
    expect(await gauge(scene, 'oldest_call_age')).toMatchObject({ 'm first_byte': 0, 'm streaming': 1 });
    call.end({ outcome: 'ok', usage: {} });
    expect(await gauge(scene, 'oldest_call_age')).toEqual({
      'm first_byte': 0,
      'm retry_wait': 0,
      'm streaming': 0,
    });
  });

  test('of a streamed message waits for its first content', async () => {
    const scene = createScene();
    const call = scene.start({ stream: true });
    scene.accept(call, call.beginAttempt('POST', 'u'));
    scene.clock.now += 4_000;
    expect(await gauge(scene, 'oldest_call_age')).toEqual({ 'm first_byte': 4 });
    call.firstChunk();
    scene.clock.now += 9_000;
    expect(await gauge(scene, 'oldest_call_age')).toEqual({ 'm first_byte': 0, 'm streaming': 9 });
  });

  test('is the oldest of each model and phase, also where attempts cannot be seen', async () => {
    const scene = createScene();
    scene.start();
    scene.clock.now += 5_000;
    const young = scene.start();
    scene.start({ model: 'n' });
    scene.clock.now += 1_000;
    young.end({ outcome: 'ok', usage: {} });
    expect(await gauge(scene, 'oldest_call_age')).toEqual({ 'm first_byte': 6, 'n first_byte': 1 });
  });
});

test('clients with options of their own add up in one series', async () => {
  const one = createScene();
  const other = createScene({ meterProvider: one.meterProvider });
  for (const scene of [one, other]) {
    const call = scene.start();
    scene.fail(call, call.beginAttempt('POST', 'u'), 500);
    call.end({ outcome: 'error', status: 500, usage: {} });
  }
  expect(await gauge(one, 'recent_attempts')).toEqual({ 'm server_error': 2 });
  expect(await gauge(one, 'server_error_run_age')).toEqual({ '/v1/messages': 0 });
});

test('copies of the package in one process add up in one series', async () => {
  const one = createScene();
  vi.resetModules();
  const copy = (await import('./scene.ts')).createScene({ meterProvider: one.meterProvider });
  expect(copy.telemetry.constructor).not.toBe(one.telemetry.constructor);
  for (const scene of [one, copy]) {
    const call = scene.start();
    scene.fail(call, call.beginAttempt('POST', 'u'), 500);
  }
  expect(await gauge(one, 'recent_attempts')).toEqual({ 'm server_error': 2 });
  expect(await gauge(one, 'server_error_run_age')).toEqual({ '/v1/messages': 0 });
});

test('made-up names of models and paths are capped', async () => {
  const scene = createScene();
  for (let n = 0; n < 300; n++) {
    const call = scene.start({ model: `made-up-${n}`, route: `/v1/${n}` });
    scene.fail(call, call.beginAttempt('POST', 'u'), 401);
    scene.fail(call, call.beginAttempt('POST', 'u'), 500);
    scene.fail(call, call.beginAttempt('POST', 'u'), 500);
  }
  const points = await scene.points();
  for (const name of [
    'recent_attempts',
    'oldest_call_age',
    'authentication_failing',
    'server_error_run_age',
  ]) {
    const series = points.get(`anthropic.client.${name}`) ?? [];
    const values = new Set(series.map(({ attributes }) => attributes[MODEL_KEY] ?? attributes['http.route']));
    expect(values.size, name).toBe(101);
    expect(values, name).toContain('_OTHER');
  }
});
