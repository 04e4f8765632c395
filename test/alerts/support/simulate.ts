/**
 * A simulated fleet: processes that start, call, fail, restart and vanish, as a scrape every `step` seconds sees their detection gauges. Gives
 * the series for promtool. Second 0 is the start of the test. `simulator.test.ts` compares it with the gauges of the package.
 */
import type { AttemptKind } from '../../../src/model/attempt-kind.ts';
import { METRICS, type MetricKey } from '../../../src/signals/catalogue.ts';
import { prometheusLabel, prometheusName } from '../../../src/signals/metric-definition.ts';
import { ATTR } from '../../../src/signals/names.ts';

/** A model of the tests. */
export const OPUS = 'claude-opus-5-5';
/** Another one. */
export const HAIKU = 'claude-haiku-5-5';
const ROUTE = '/v1/messages';

/** How an attempt ended. */
export type Kind = AttemptKind;

/** One or more equal calls that end at one time. */
export interface CallSpec {
  readonly at: number;
  /** How many; 1 when absent. */
  readonly count?: number;
  /** `OPUS` when absent; `''` for a call that names none. */
  readonly model?: string;
  readonly route?: string;
  /** How its attempts ended, in order; one that is `ok` when absent. The call fails when the last one did. */
  readonly attempts?: readonly Kind[];
  /** Who canceled it; its outcome is then `canceled`. */
  readonly canceledBy?: 'application' | 'timeout';
  readonly usd?: number;
  /** Attribution attributes of its cost. */
  readonly attribution?: Readonly<Record<string, string>>;
}

/** A call that is open from one time to another. */
export interface OpenSpec {
  readonly from: number;
  readonly to: number;
  readonly phase?: 'first_byte' | 'streaming' | 'retry_wait';
  readonly model?: string;
}

/** A value of a series at a time; `undefined` while it does not exist. */
export type ValueAt = (time: number) => number | undefined;

/** The labels of a target. */
export const TARGET: Readonly<Record<string, string>> = { job: 'app', instance: 'pod-1' };

/** A process. */
export interface ProcessSpec {
  /** Labels of its target; {@link TARGET} when absent. */
  readonly labels?: Readonly<Record<string, string>>;
  /** When it started: long before the test when absent. */
  readonly start?: number;
  /** When it ended. */
  readonly end?: number;
  /** When nobody could see it: `[from, to)`. */
  readonly unseen?: readonly (readonly [number, number])[];
  /** When it is scraped; at every step when absent. For an address that several processes share. */
  readonly seen?: (time: number) => boolean;
  readonly calls?: readonly CallSpec[];
  readonly open?: readonly OpenSpec[];
  /** Other series by `name{labels}`, without the labels of the target. */
  readonly metrics?: Readonly<Record<string, ValueAt>>;
}

/** A series in promtool's notation. */
export interface Series {
  readonly series: string;
  readonly values: string;
}

/** The name and labels of a series of the catalogue. */
export function seriesOf(
  key: MetricKey,
  attributes: Readonly<Record<string, string>> = {},
  suffix = '',
): string {
  const labels = Object.entries(attributes)
    .filter(([, value]) => value !== '')
    .map(([attribute, value]) => `${prometheusLabel(attribute)}="${value}"`);
  return `${prometheusName(METRICS[key])}${suffix}{${labels.join(',')}}`;
}

/** The series of all `processes` between two times, scraped every `step` seconds. With `push`, a series that ends leaves no staleness marker. */
export function simulate(
  processes: readonly ProcessSpec[],
  {
    from = 0,
    until,
    step,
    push = false,
  }: { readonly from?: number; readonly until: number; readonly step: number; readonly push?: boolean },
): Series[] {
  const length = Math.floor((until - from) / step) + 1;
  const all = new Map<string, (number | 'stale' | undefined)[]>();
  const samplesOf = (name: string): (number | 'stale' | undefined)[] => {
    const known = all.get(name) ?? new Array<undefined>(length).fill(undefined);
    all.set(name, known);
    return known;
  };
  for (const [index, spec] of processes.entries()) {
    const { labels = TARGET, start = -100_000, end = Infinity, unseen = [], seen } = spec;
    const alive = (time: number) => time >= start && time < end && (seen?.(time) ?? true);
    const visible = (time: number) => alive(time) && !unseen.some(([from, to]) => time >= from && time < to);
    for (const [name, valueAt] of gauges(spec, start, lifeOf(start, index))) {
      const samples = samplesOf(withLabels(name, labels));
      let before = false;
      for (let i = 0; i < length; i++) {
        const time = from + i * step;
        const value = visible(time) ? valueAt(time) : undefined;
        if (value !== undefined) samples[i] = value;
        else if (before && !push) samples[i] ??= 'stale';
        before = value !== undefined;
      }
    }
    if (push) continue;
    const up = samplesOf(withLabels('up', labels));
    for (let i = 0; i < length; i++) {
      const time = from + i * step;
      if (alive(time)) up[i] = visible(time) ? 1 : 0;
    }
  }
  return [...all].map(([series, samples]) => ({ series, values: notation(samples) }));
}

/** The label that tells the lives of processes apart. */
function lifeOf(start: number, index: number): Readonly<Record<string, string>> {
  const created = Date.UTC(2026, 10, 1) + start * 1000 + index;
  return { [ATTR.processCreationTime]: new Date(created).toISOString() };
}

/** Everything that a process states, by series. */
function gauges(
  spec: ProcessSpec,
  start: number,
  life: Readonly<Record<string, string>>,
): Map<string, ValueAt> {
  const { calls = [], open = [], metrics = {} } = spec;
  const all = new Map<string, ValueAt>(Object.entries(metrics));
  all.set(seriesOf('startTime'), () => start);
  const recent = new Map<string, { at: number; amount: number }[]>();
  const add = (key: MetricKey, attributes: Readonly<Record<string, string>>, at: number, amount: number) => {
    const series = seriesOf(key, { ...attributes, ...life });
    const events = recent.get(series) ?? [];
    recent.set(series, events);
    events.push({ at, amount });
  };
  const paths = new Map<string, { at: number; kind: Kind }[]>();
  for (const call of calls.toSorted((a, b) => a.at - b.at)) {
    const { at, count = 1, model = OPUS, attempts = ['ok'], canceledBy = '', usd = 0, route = ROUTE } = call;
    const last = attempts.at(-1) ?? 'ok';
    const outcome = canceledBy ? 'canceled' : last === 'ok' ? 'ok' : 'error';
    const ofModel = { [ATTR.requestModel]: model };
    const ofCall = {
      ...ofModel,
      [ATTR.outcome]: outcome,
      [ATTR.canceledBy]: canceledBy,
      [ATTR.stream]: 'false',
    };
    add('recentCalls', ofCall, at, count);
    if (!canceledBy)
      for (const kind of attempts) add('recentAttempts', { ...ofModel, [ATTR.attemptKind]: kind }, at, count);
    if (outcome === 'error' && RETRIED.has(last)) add('recentRetriesExhausted', ofModel, at, count);
    if (usd > 0) add('recentCost', call.attribution ?? {}, at, usd * count);
    const path = paths.get(route) ?? [];
    paths.set(route, path);
    for (let i = 0; i < Math.min(count, 2); i++) for (const kind of attempts) path.push({ at, kind });
  }
  if (!recent.has(seriesOf('recentCost', life))) add('recentCost', {}, start, 0);
  for (const [series, events] of recent) all.set(series, (now) => inWindow(events, now, start));
  for (const [route, events] of paths) pathGauges(all, { [ATTR.httpRoute]: route }, events);
  for (const { phase = 'first_byte', model = OPUS } of open) {
    const same = open.filter(
      (each) => (each.phase ?? 'first_byte') === phase && (each.model ?? OPUS) === model,
    );
    all.set(seriesOf('oldestCallAge', { [ATTR.requestModel]: model, [ATTR.callPhase]: phase }), (now) => {
      if (same.every(({ from }) => now < from)) return undefined;
      return Math.max(
        0,
        ...same.filter(({ from, to }) => from <= now && now < to).map(({ from }) => now - from),
      );
    });
  }
  return all;
}

/** Kinds that the SDK retries: a call that ends with one ran out of retries. */
const RETRIED: ReadonlySet<Kind> = new Set([
  'rate_limit',
  'overloaded',
  'server_error',
  'network',
  'timeout',
]);
/** Kinds without a response: they neither continue nor end a run of server errors. */
const NO_RESPONSE: ReadonlySet<Kind> = new Set(['network', 'timeout']);

/** A sum over the window, which moves on in slots of 5 s and never loses what is younger than 5 minutes. */
function inWindow(
  events: readonly { at: number; amount: number }[],
  now: number,
  start: number,
): number | undefined {
  if ((events[0]?.at ?? Infinity) > now) return undefined;
  const slot = (time: number) => Math.floor((time - start) / 5);
  let sum = 0;
  for (const { at, amount } of events) if (at <= now && slot(at) >= slot(now) - 60) sum += amount;
  return Math.round(sum * 1e6) / 1e6;
}

function pathGauges(
  all: Map<string, ValueAt>,
  route: Readonly<Record<string, string>>,
  events: readonly { at: number; kind: Kind }[],
): void {
  const rejected = (now: number) =>
    events.filter(({ at, kind }) => at <= now && kind === 'authentication').at(-1);
  all.set(seriesOf('authenticationFailureAge', route), (now) => {
    const last = rejected(now);
    return last && now - last.at;
  });
  all.set(seriesOf('authenticationFailing', route), (now) => {
    if (!rejected(now)) return undefined;
    const responses = events.filter(
      ({ at, kind }) => at <= now && (kind === 'ok' || kind === 'authentication'),
    );
    return responses.at(-1)?.kind === 'authentication' ? 1 : 0;
  });
  let length = 0;
  const grew: number[] = [];
  for (const { at, kind } of events) {
    if (NO_RESPONSE.has(kind)) continue;
    length = kind === 'server_error' ? length + 1 : 0;
    if (length >= 2) grew.push(at);
  }
  all.set(seriesOf('serverErrorRunAge', route), (now) => {
    const last = grew.filter((at) => at <= now).at(-1);
    return last === undefined ? undefined : now - last;
  });
}

/** `name{labels}` with more labels. */
function withLabels(series: string, labels: Readonly<Record<string, string>>): string {
  const more = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const [, name, braces = ''] = /^([^{]+)(?:\{(.*)\})?$/s.exec(series) ?? [];
  return `${name}{${[braces, ...more].filter(Boolean).join(',')}}`;
}

/** Samples in promtool's notation, runs of equal ones written once. */
function notation(samples: readonly (number | 'stale' | undefined)[]): string {
  const parts: string[] = [];
  for (let i = 0; i < samples.length; ) {
    let run = 1;
    while (i + run < samples.length && samples[i + run] === samples[i]) run++;
    const sample = samples[i];
    if (sample === undefined) parts.push(`_x${run}`);
    else if (sample === 'stale') parts.push('stale', ...(run > 1 ? [`_x${run - 1}`] : []));
    else parts.push(run === 1 ? `${sample}` : `${sample}+0x${run - 1}`);
    i += run;
  }
  return parts.join(' ');
}

/** Calls evenly spread: `perMinute` of them from one time to another, in groups of one time every `every` seconds. */
export function traffic(
  perMinute: number,
  {
    from = -600,
    to,
    every = 15,
    ...call
  }: { from?: number; to: number; every?: number } & Omit<CallSpec, 'at'>,
): CallSpec[] {
  const calls: CallSpec[] = [];
  let owed = 0;
  for (let at = from; at < to; at += every) {
    owed += (perMinute * every) / 60;
    const count = Math.floor(owed + 1e-9);
    owed -= count;
    if (count > 0) calls.push({ at: at + 1, count, ...call });
  }
  return calls;
}
