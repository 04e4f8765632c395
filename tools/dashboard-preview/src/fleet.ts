/** Counts what a made-up fleet does, by the names and labels of the metric catalogue. */
import { errorType, faultOf, statusOf } from '../../../src/model/errors.ts';
import { PRICES } from '../../../src/model/prices.ts';
import { STAGES } from '../../../src/ports/guard.ts';
import { ATTR } from '../../../src/signals/names.ts';
import type { Labels, Process, SampleStore } from './store.ts';

/** Shares of the attempts that fail, by error type. */
export type Mix = Readonly<Record<string, number>>;

const RETRIES = 2;
/** The model that serves calls while another one has trouble. */
const FALLBACK = 'claude-haiku-4-5';
const ROUTE = { [ATTR.httpRoute]: '/v1/messages' };
/** Typical seconds of a call, and tokens: input, output, share of the input that is read from the cache. */
const MODELS: Readonly<
  Record<string, readonly [seconds: number, input: number, output: number, cached: number]>
> = {
  'claude-opus-5-5': [6.5, 1400, 150, 0.82],
  'claude-sonnet-5-5': [3.2, 900, 90, 0.64],
  'claude-haiku-4-5': [1.1, 500, 60, 0.3],
  'claude-opus-5': [7.5, 1600, 180, 0.6],
  'claude-opus-4-1': [8, 900, 140, 0],
  'claude-sonnet-5': [3.4, 900, 100, 0.5],
  'claude-sonnet-4-5': [3.9, 800, 90, 0.4],
  'claude-haiku-5-5': [0.8, 400, 70, 0.2],
  'claude-fable-5-1': [5.1, 1500, 160, 0.7],
  'claude-mythos-5-1': [9.2, 2100, 260, 0.5],
};
/** The models of the fleet. */
export const FLEET_MODELS: readonly string[] = Object.keys(MODELS);

/** Days until a model retires. */
const RETIREMENT: Readonly<Record<string, number>> = {
  'claude-haiku-4-5': 26,
  'claude-opus-4-1': 5,
  'claude-sonnet-4-5': 140,
};

/** A fleet whose calls are counted in a store. */
export class Fleet {
  readonly store: SampleStore;

  constructor(store: SampleStore) {
    this.store = store;
  }

  start(process: Process, time: number): void {
    this.store.set('startTime', process, { otel_scope_version: '0.1.0' }, time);
    for (const stage of STAGES) this.store.add('telemetryErrors', process, { [ATTR.stage]: stage }, 0);
    this.store.add('authenticationFailures', process, ROUTE, 0);
    this.store.add('telemetryClients', process, { [ATTR.observed]: 'true' }, 1);
  }

  /** About `count` calls of `model`, of which `mix` fail. */
  calls(process: Process, model: string, count: number, mix: Mix, slower: number): void {
    const calls = this.store.whole(`${process.instance} ${model}`, count);
    const base = { [ATTR.method]: 'messages.create', [ATTR.requestModel]: model };
    const call = { ...base, [ATTR.provider]: 'anthropic' };
    let trying = calls;
    let failedForGood = 0;
    for (let attempt = 0; attempt <= RETRIES && trying > 0; attempt++) {
      let again = 0;
      let failed = 0;
      for (const [type, share] of Object.entries(mix)) {
        const failures = Math.min(
          trying - failed,
          this.store.whole(`${process.instance} ${model} ${type} ${attempt}`, trying * share),
        );
        if (failures === 0) continue;
        failed += failures;
        const retryable = !type.startsWith('invalid');
        const final = attempt === RETRIES || !retryable;
        const status = statusOf(type);
        const error = { [ATTR.errorType]: errorType(type, status) };
        const fault = { [ATTR.fault]: faultOf({ errorType: type, status }) };
        this.store.add(
          'attempts',
          process,
          {
            ...call,
            ...error,
            ...fault,
            ...(status && { [ATTR.httpStatus]: status }),
            [ATTR.disposition]: final ? 'final' : 'retried',
          },
          failures,
        );
        this.store.observe(
          'attemptDuration',
          process,
          { ...base, ...error },
          failures,
          type === 'client_timeout_error' ? 30 : 0.4,
        );
        if (final) {
          failedForGood += failures;
          this.store.add(
            'calls',
            process,
            { ...call, ...error, ...fault, [ATTR.outcome]: 'error', [ATTR.stream]: 'true' },
            failures,
          );
          if (retryable) {
            this.store.add('retriesExhausted', process, { ...base, ...error }, failures);
            // One service in some has a retry loop of its own around the SDK.
            this.store.add(
              'repeatedCalls',
              process,
              { [ATTR.requestModel]: model },
              Math.floor(failures / 2),
            );
          }
        } else {
          again += failures;
          this.store.observe(
            'retryDelay',
            process,
            { [ATTR.requestModel]: model, ...error },
            failures,
            type === 'rate_limit_error' ? 4 : 0.7 * (attempt + 1),
          );
        }
        if (type === 'api_error' && failures > 1)
          this.store.add('serverErrorStreaks', process, { ...ROUTE, [ATTR.requestModel]: model }, 1);
        if (type === 'api_error' && failures > 1) this.store.set('serverErrorRunAge', process, ROUTE, 0);
        if (type === 'api_error')
          this.store.set(
            'serverErrorStreak',
            process,
            { ...ROUTE, [ATTR.requestModel]: model },
            failures > 1 ? Math.min(6, failures) : 0,
          );
      }
      const [seconds] = MODELS[model] ?? [1, 0, 0, 0];
      const ok = trying - failed;
      this.store.add('attempts', process, { ...call, [ATTR.httpStatus]: 200, [ATTR.disposition]: 'ok' }, ok);
      this.store.observe('attemptDuration', process, base, ok, seconds * slower);
      trying = again;
    }
    this.#ended(process, model, calls - failedForGood, slower, call);
  }

  #ended(process: Process, model: string, ok: number, slower: number, call: Labels): void {
    const [seconds, input, output, cached] = MODELS[model] ?? [1, 0, 0, 0];
    const base = { [ATTR.method]: 'messages.create', [ATTR.requestModel]: model };
    const canceled = this.store.whole(`${process.instance} ${model} canceled`, ok * 0.004);
    const cut = this.store.whole(`${process.instance} ${model} max_tokens`, ok * 0.013);
    const refusals = this.store.whole(`${process.instance} ${model} refusal`, ok * 0.002);
    const fallback = this.store.whole(
      `${process.instance} ${model} fallback`,
      slower > 1 && model !== FALLBACK ? ok * 0.06 : 0,
    );
    const ended = (count: number, more: Labels): void =>
      this.store.add('calls', process, { ...call, [ATTR.stream]: 'true', ...more }, count);
    const served = (stopReason: string, by = 'api'): Labels => ({
      [ATTR.outcome]: 'ok',
      [ATTR.stopReason]: stopReason,
      [ATTR.servedBy]: by,
    });
    ended(ok - canceled - cut - refusals - fallback, served('end_turn'));
    ended(cut, served('max_tokens'));
    ended(refusals, served('refusal'));
    ended(fallback, served('end_turn', 'fallback'));
    ended(canceled, {
      [ATTR.outcome]: 'canceled',
      [ATTR.canceledBy]: model.includes('opus') ? 'timeout' : 'application',
    });
    this.store.add(
      'fallbacks',
      process,
      {
        [ATTR.fallbackFrom]: model,
        [ATTR.fallbackTo]: FALLBACK,
        [ATTR.fallbackCause]: 'overloaded_error',
      },
      fallback,
    );
    this.store.add(
      'serverToolUses',
      process,
      { [ATTR.requestModel]: model, [ATTR.serverTool]: 'web_search' },
      this.store.whole(`${process.instance} ${model} search`, ok * 0.03),
    );
    this.store.set(
      'oldestCallAge',
      process,
      { [ATTR.requestModel]: model, [ATTR.callPhase]: 'first_byte' },
      Math.round(seconds * slower * 3),
    );
    this.store.set(
      'oldestCallAge',
      process,
      { [ATTR.requestModel]: model, [ATTR.callPhase]: 'streaming' },
      Math.round(seconds * slower * 5),
    );
    this.store.set(
      'oldestCallAge',
      process,
      { [ATTR.requestModel]: model, [ATTR.callPhase]: 'retry_wait' },
      slower > 1 ? 24 : 0,
    );
    const days = RETIREMENT[model];
    if (days) this.store.set('modelRetirementDays', process, { [ATTR.requestModel]: model }, days);
    this.store.set('activeCalls', process, base, Math.round(ok * seconds * slower * 0.14));
    const inference = {
      [ATTR.operation]: 'chat',
      [ATTR.provider]: 'anthropic',
      [ATTR.requestModel]: model,
      [ATTR.responseModel]: model,
      [ATTR.serverAddress]: 'api.anthropic.com',
    };
    this.store.observe('inferenceDuration', process, inference, ok, seconds * slower * 1.08);
    this.store.observe('timeToFirstChunk', process, inference, ok, seconds * slower * 0.16);
    this.store.observe('inputTokensPerCall', process, inference, ok, input);
    this.store.observe('outputTokensPerCall', process, inference, ok, output);
    const tokens = { ...inference, [ATTR.modality]: 'unknown' };
    const read = Math.round(ok * input * cached);
    const written = Math.round(ok * input * 0.05);
    const thinking = Math.round(
      ok * output * (model.includes('opus') ? 0.46 : model.includes('sonnet') ? 0.18 : 0),
    );
    this.store.add('inputTokens', process, tokens, ok * input);
    this.store.add('outputTokens', process, tokens, ok * output);
    this.store.add('cacheReadTokens', process, tokens, read);
    this.store.add('cacheWriteTokens', process, tokens, written);
    this.store.add('reasoningTokens', process, tokens, thinking);
    const price = PRICES[model];
    if (!price) return;
    const usd = (kind: string, count: number, perMillion: number) =>
      this.store.add(
        'cost',
        process,
        { [ATTR.requestModel]: model, [ATTR.costKind]: kind },
        (count * perMillion) / 1e6,
      );
    usd('input', ok * input - read - written, price.input);
    usd('output', ok * output, price.output);
    usd('cache_read', read, price.cacheRead);
    usd('cache_write_5m', Math.round(written * 0.8), price.cacheWrite5m);
    usd('cache_write_1h', Math.round(written * 0.2), price.cacheWrite1h);
    this.store.add('unpricedCalls', process, { [ATTR.requestModel]: model }, 0);
  }

  /** A 401. */
  unauthorized(process: Process, model: string, time: number): void {
    const call = {
      [ATTR.method]: 'messages.create',
      [ATTR.requestModel]: model,
      [ATTR.provider]: 'anthropic',
      [ATTR.errorType]: 'authentication_error',
      [ATTR.fault]: 'config',
    };
    this.store.add('attempts', process, { ...call, [ATTR.httpStatus]: 401, [ATTR.disposition]: 'final' }, 3);
    this.store.add('calls', process, { ...call, [ATTR.outcome]: 'error', [ATTR.stream]: 'false' }, 3);
    this.store.add('authenticationFailures', process, ROUTE, 3);
    this.store.set('authenticationFailureTime', process, ROUTE, time);
    this.store.set('authenticationFailing', process, ROUTE, 1);
    this.store.set('authenticationFailureAge', process, ROUTE, 0);
  }

  /** Streams that began well and broke with an \`error\` event. */
  interrupted(process: Process, model: string, count: number): void {
    const call = {
      [ATTR.method]: 'messages.create',
      [ATTR.requestModel]: model,
      [ATTR.provider]: 'anthropic',
      [ATTR.errorType]: 'overloaded_error',
      [ATTR.fault]: 'anthropic',
    };
    this.store.add(
      'attempts',
      process,
      { ...call, [ATTR.httpStatus]: 200, [ATTR.disposition]: 'final' },
      count,
    );
    this.store.add('calls', process, { ...call, [ATTR.outcome]: 'error', [ATTR.stream]: 'true' }, count);
  }

  /** Results of a batch that the application reads. */
  batch(process: Process, model: string, count: number): void {
    for (const [result, share] of [
      ['succeeded', 0.96],
      ['errored', 0.03],
      ['expired', 0.01],
    ] as const) {
      const labels = { [ATTR.requestModel]: model, [ATTR.batchResult]: result };
      this.store.add('batchRequests', process, labels, Math.round(count * share));
    }
  }

  unpriced(process: Process, model: string, count: number): void {
    this.store.add(
      'calls',
      process,
      {
        [ATTR.method]: 'messages.create',
        [ATTR.requestModel]: model,
        [ATTR.provider]: 'anthropic',
        [ATTR.outcome]: 'ok',
        [ATTR.stream]: 'false',
      },
      count,
    );
    this.store.add('unpricedCalls', process, { [ATTR.requestModel]: model }, count);
  }

  telemetryError(process: Process, stage: string, count: number): void {
    this.store.add('telemetryErrors', process, { [ATTR.stage]: stage }, count);
  }
}
