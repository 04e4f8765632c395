/** Counts what a made-up fleet does, by the names and labels of the metric catalogue. */
import { errorType, faultOf, statusOf } from '../../../src/model/errors.ts';
import { PRICES } from '../../../src/model/prices.ts';
import { STAGES } from '../../../src/ports/guard.ts';
import { METRICS, type MetricKey, prometheusLabel, prometheusName } from '../../../src/signals/catalogue.ts';
import { ATTR } from '../../../src/signals/names.ts';

/** A process of the fleet. */
export interface Process {
  readonly job: string;
  readonly instance: string;
}

/** Shares of the attempts that fail, by error type. */
export type Mix = Readonly<Record<string, number>>;

type Labels = Readonly<Record<string, string | number>>;
const RETRIES = 2;
const REPEAT_SECONDS = 200;
const ROUTE = { [ATTR.httpRoute]: '/v1/messages' };
/** Typical seconds of a call, and tokens: input, output, share of the input that is read from the cache. */
const MODELS: Readonly<
  Record<string, readonly [seconds: number, input: number, output: number, cached: number]>
> = {
  'claude-opus-5-5': [6.5, 1400, 150, 0.82],
  'claude-sonnet-5-5': [3.2, 900, 90, 0.64],
  'claude-haiku-4-5': [1.1, 500, 60, 0.3],
};

/** A fleet, and everything it has counted. */
export class Fleet {
  readonly #values = new Map<string, number>();
  readonly #samples = new Map<string, string[]>();
  readonly #last = new Map<string, { readonly value: number; readonly time: number }>();
  /** What is left to count of a whole number: events are never fractions. */
  readonly #rest = new Map<string, number>();

  start(process: Process, time: number): void {
    this.#set('startTime', process, { otel_scope_version: '0.1.0' }, time);
    for (const stage of STAGES) this.#add('telemetryErrors', process, { [ATTR.stage]: stage }, 0);
    this.#add('authenticationFailures', process, ROUTE, 0);
  }

  /** About `count` calls of `model`, whose attempts fail as `mix` says. */
  calls(process: Process, model: string, count: number, mix: Mix, slower: number): void {
    const calls = this.#whole(`${process.instance} ${model}`, count);
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
          this.#whole(`${process.instance} ${model} ${type} ${attempt}`, trying * share),
        );
        if (failures === 0) continue;
        failed += failures;
        const retryable = !type.startsWith('invalid');
        const final = attempt === RETRIES || !retryable;
        const status = statusOf(type);
        const error = { [ATTR.errorType]: errorType(type, status) };
        const fault = { [ATTR.fault]: faultOf({ errorType: type, status }) };
        this.#add(
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
        this.#observe(
          'attemptDuration',
          process,
          { ...base, ...error },
          failures,
          type === 'client_timeout_error' ? 30 : 0.4,
        );
        if (final) {
          failedForGood += failures;
          this.#add(
            'calls',
            process,
            { ...call, ...error, ...fault, [ATTR.outcome]: 'error', [ATTR.stream]: 'true' },
            failures,
          );
          if (retryable) this.#add('retriesExhausted', process, { ...base, ...error }, failures);
        } else {
          again += failures;
          this.#observe(
            'retryDelay',
            process,
            { [ATTR.requestModel]: model, ...error },
            failures,
            type === 'rate_limit_error' ? 4 : 0.7 * (attempt + 1),
          );
        }
        if (type === 'api_error' && failures > 1)
          this.#add('serverErrorStreaks', process, { ...ROUTE, [ATTR.requestModel]: model }, 1);
        if (type === 'api_error')
          this.#set(
            'serverErrorStreak',
            process,
            { ...ROUTE, [ATTR.requestModel]: model },
            failures > 1 ? Math.min(6, failures) : 0,
          );
      }
      const [seconds] = MODELS[model] ?? [1, 0, 0, 0];
      const ok = trying - failed;
      this.#add('attempts', process, { ...call, [ATTR.httpStatus]: 200, [ATTR.disposition]: 'ok' }, ok);
      this.#observe('attemptDuration', process, base, ok, seconds * slower);
      trying = again;
    }
    this.#ended(process, model, calls - failedForGood, slower, call);
  }

  #ended(process: Process, model: string, ok: number, slower: number, call: Labels): void {
    const [seconds, input, output, cached] = MODELS[model] ?? [1, 0, 0, 0];
    const base = { [ATTR.method]: 'messages.create', [ATTR.requestModel]: model };
    const canceled = this.#whole(`${process.instance} ${model} canceled`, ok * 0.004);
    this.#add('calls', process, { ...call, [ATTR.outcome]: 'ok', [ATTR.stream]: 'true' }, ok - canceled);
    this.#add('calls', process, { ...call, [ATTR.outcome]: 'canceled', [ATTR.stream]: 'true' }, canceled);
    this.#set('activeCalls', process, base, Math.round(ok * seconds * slower * 0.14));
    const inference = {
      [ATTR.operation]: 'chat',
      [ATTR.provider]: 'anthropic',
      [ATTR.requestModel]: model,
      [ATTR.responseModel]: model,
      [ATTR.serverAddress]: 'api.anthropic.com',
    };
    this.#observe('inferenceDuration', process, inference, ok, seconds * slower * 1.08);
    this.#observe('timeToFirstChunk', process, inference, ok, seconds * slower * 0.16);
    this.#observe('inputTokensPerCall', process, inference, ok, input);
    this.#observe('outputTokensPerCall', process, inference, ok, output);
    const tokens = { ...inference, [ATTR.modality]: 'unknown' };
    const read = Math.round(ok * input * cached);
    const written = Math.round(ok * input * 0.05);
    const thinking = Math.round(
      ok * output * (model.includes('opus') ? 0.46 : model.includes('sonnet') ? 0.18 : 0),
    );
    this.#add('inputTokens', process, tokens, ok * input);
    this.#add('outputTokens', process, tokens, ok * output);
    this.#add('cacheReadTokens', process, tokens, read);
    this.#add('cacheWriteTokens', process, tokens, written);
    this.#add('reasoningTokens', process, tokens, thinking);
    const price = PRICES[model];
    if (!price) return;
    const usd = (kind: string, count: number, perMillion: number) =>
      this.#add(
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
    this.#add('unpricedCalls', process, { [ATTR.requestModel]: model }, 0);
  }

  /** A 401. */
  refused(process: Process, model: string, time: number): void {
    const call = {
      [ATTR.method]: 'messages.create',
      [ATTR.requestModel]: model,
      [ATTR.provider]: 'anthropic',
      [ATTR.errorType]: 'authentication_error',
      [ATTR.fault]: 'config',
    };
    this.#add('attempts', process, { ...call, [ATTR.httpStatus]: 401, [ATTR.disposition]: 'final' }, 3);
    this.#add('calls', process, { ...call, [ATTR.outcome]: 'error', [ATTR.stream]: 'false' }, 3);
    this.#add('authenticationFailures', process, ROUTE, 3);
    this.#set('authenticationFailureTime', process, ROUTE, time);
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
    this.#add('attempts', process, { ...call, [ATTR.httpStatus]: 200, [ATTR.disposition]: 'final' }, count);
    this.#add('calls', process, { ...call, [ATTR.outcome]: 'error', [ATTR.stream]: 'true' }, count);
  }

  unpriced(process: Process, model: string, count: number): void {
    this.#add(
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
    this.#add('unpricedCalls', process, { [ATTR.requestModel]: model }, count);
  }

  telemetryError(process: Process, stage: string, count: number): void {
    this.#add('telemetryErrors', process, { [ATTR.stage]: stage }, count);
  }

  /** The rate limits of the organisation, as each process last saw them. */
  limits(time: number, ago: number): void {
    const flood = Math.max(0, 1 - Math.abs(ago / 60 - 40) / 5);
    const table = [
      ['claude-sonnet-5-5', 'requests', 4000, 0.72 - 0.64 * flood],
      ['claude-sonnet-5-5', 'input_tokens', 2_000_000, 0.58 - 0.55 * flood],
      ['claude-sonnet-5-5', 'output_tokens', 400_000, 0.81 - 0.4 * flood],
      ['claude-opus-5-5', 'requests', 4000, 0.9],
      [
        'claude-opus-5-5',
        'input_tokens',
        2_000_000,
        Math.max(0.14, 0.62 - Math.max(0, 40 - ago / 60) * 0.012),
      ],
      ['claude-opus-5-5', 'output_tokens', 400_000, 0.74],
    ] as const;
    for (const process of [
      { job: 'chat', instance: 'chat-1' },
      { job: 'chat', instance: 'chat-2' },
    ]) {
      for (const [model, type, limit, left] of table) {
        const labels = { [ATTR.rateLimit]: type, [ATTR.requestModel]: model };
        const wobble =
          0.02 * Math.sin(time / 53 + limit + process.instance.length * Number(process.instance.at(-1)));
        const remaining = Math.round(limit * Math.max(0, left + wobble));
        const name = this.#key('rateLimitRemaining', process, labels);
        if (remaining < limit * 0.1 && (this.#values.get(name) ?? limit) >= limit * 0.1)
          this.#add('rateLimitLow', process, labels, 1);
        this.#add('rateLimitLow', process, labels, 0);
        this.#set('rateLimitLimit', process, labels, limit);
        this.#set('rateLimitRemaining', process, labels, remaining);
        this.#set('rateLimitResetTime', process, labels, time + 60 * (1 - remaining / limit));
      }
    }
  }

  /** What the rules say in the last hour. */
  alerts(end: number): void {
    const firing = (alertname: string, from: number, to: number, labels: Labels = {}): void => {
      const key = seriesKey('ALERTS', { alertname, alertstate: 'firing', ...labels });
      const samples: string[] = [];
      for (let time = end - from * 60; time <= end - to * 60; time += 60) samples.push(`${key} 1 ${time}`);
      this.#samples.set(key, samples);
    };
    const opus = { job: 'chat', gen_ai_request_model: 'claude-opus-5-5' };
    firing('AnthropicWatchdog', 60 * 25, 0);
    firing('AnthropicRateLimitSpike', 43, 30, { job: 'chat', gen_ai_request_model: 'claude-sonnet-5-5' });
    firing('AnthropicAuthenticationFailed', 25, 10, { job: 'reports' });
    firing('AnthropicConsecutiveServerErrors', 10.5, 0, opus);
    firing('AnthropicHighErrorRate', 9, 0, opus);
    firing('AnthropicRetriesExhausted', 9.5, 0, opus);
  }

  /** A scrape. */
  sample(time: number): void {
    for (const [key, value] of this.#values) {
      // What does not change is written rarely, as long as Prometheus still sees it.
      const { value: last, time: at } = this.#last.get(key) ?? {};
      if (value === last && at !== undefined && time - at < REPEAT_SECONDS) continue;
      this.#last.set(key, { value, time });
      const samples = this.#samples.get(key) ?? [];
      this.#samples.set(key, samples);
      samples.push(`${key} ${value} ${time}`);
    }
  }

  /** Everything, metric by metric. */
  *lines(): Generator<string> {
    for (const key of [...this.#samples.keys()].sort()) yield* this.#samples.get(key) ?? [];
    yield '# EOF';
  }

  /** A whole number near `count`; what is cut off is counted the next time. */
  #whole(key: string, count: number): number {
    const sum = (this.#rest.get(key) ?? 0) + count;
    const whole = Math.floor(sum);
    this.#rest.set(key, sum - whole);
    return whole;
  }

  /** `count` values around `typical`. */
  #observe(metric: MetricKey, process: Process, labels: Labels, count: number, typical: number): void {
    const { boundaries = [] } = METRICS[metric];
    const add = (part: string, more: Labels, value: number): void => {
      const key = seriesKey(`${prometheusName(METRICS[metric])}_${part}`, { ...process, ...labels, ...more });
      this.#values.set(key, round((this.#values.get(key) ?? 0) + value));
    };
    for (const boundary of boundaries)
      add('bucket', { le: boundary }, count / (1 + (typical / boundary) ** 2.6));
    add('bucket', { le: '+Inf' }, count);
    add('sum', {}, count * typical * 1.15);
    add('count', {}, count);
  }

  #add(metric: MetricKey, process: Process, labels: Labels, count: number): void {
    const key = this.#key(metric, process, labels);
    this.#values.set(key, round((this.#values.get(key) ?? 0) + count));
  }

  #set(metric: MetricKey, process: Process, labels: Labels, value: number): void {
    this.#values.set(this.#key(metric, process, labels), value);
  }

  #key(metric: MetricKey, process: Process, labels: Labels): string {
    return seriesKey(prometheusName(METRICS[metric]), { ...process, ...labels });
  }
}

function seriesKey(name: string, labels: Labels): string {
  const texts = Object.entries(labels).map(([label, value]) => `${prometheusLabel(label)}="${value}"`);
  return `${name}{${texts.join(',')}}`;
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
