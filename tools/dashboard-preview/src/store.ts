/** Counts by the names and labels of the metric catalogue, and remembers every sample. */
import { METRICS, type MetricKey } from '../../../src/signals/catalogue.ts';
import {
  type MetricDefinition,
  prometheusLabel,
  prometheusName,
} from '../../../src/signals/metric-definition.ts';

/** A process of the fleet. */
export interface Process {
  readonly job: string;
  readonly instance: string;
}

/** Labels by attribute key. */
export type Labels = Readonly<Record<string, string | number>>;

/** What does not change is written this often. */
const REPEAT_SECONDS = 200;

/** The values of now, and all samples so far. */
export class SampleStore {
  readonly #values = new Map<string, number>();
  readonly #samples = new Map<string, string[]>();
  readonly #last = new Map<string, { readonly value: number; readonly time: number }>();
  /** What is left to count of a whole number: events are never fractions. */
  readonly #rest = new Map<string, number>();

  /** The sums of the counters at the last scrapes, by the gauge that shows them. */
  readonly #past: Map<string, number>[] = [];
  readonly #gauges = new Map<string, string>();

  /** The value of a series now. */
  get(metric: MetricKey, process: Process, labels: Labels): number | undefined {
    return this.#values.get(seriesKey(prometheusName(METRICS[metric]), { ...process, ...labels }));
  }

  add(metric: MetricKey, process: Process, labels: Labels, count: number): void {
    const key = seriesKey(prometheusName(METRICS[metric]), { ...process, ...labels });
    this.#values.set(key, round((this.#values.get(key) ?? 0) + count));
  }

  set(metric: MetricKey, process: Process, labels: Labels, value: number): void {
    this.#values.set(seriesKey(prometheusName(METRICS[metric]), { ...process, ...labels }), value);
  }

  /** `count` values around `typical`. */
  observe(metric: MetricKey, process: Process, labels: Labels, count: number, typical: number): void {
    const { boundaries = [] }: MetricDefinition = METRICS[metric];
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

  /** A whole number near `count`; what is cut off is counted the next time. */
  whole(key: string, count: number): number {
    const sum = (this.#rest.get(key) ?? 0) + count;
    const whole = Math.floor(sum);
    this.#rest.set(key, sum - whole);
    return whole;
  }

  /** An alert that fires from `from` to `to`, a sample a minute. */
  firing(alertname: string, from: number, to: number, labels: Labels): void {
    const key = seriesKey('ALERTS', { alertname, alertstate: 'firing', ...labels });
    const samples: string[] = [];
    for (let time = from; time <= to; time += 60) samples.push(`${key} 1 ${time}`);
    this.#samples.set(key, samples);
  }

  /** A scrape. */
  sample(time: number): void {
    this.#detect();
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

  /** The gauges that rules read: what counters counted in the last five scrapes, and how old the last failures are. */
  #detect(): void {
    const counts = new Map<string, number>();
    for (const [key, value] of this.#values) {
      const gauge = this.#gauges.get(key) ?? gaugeOf(key) ?? '';
      this.#gauges.set(key, gauge);
      if (gauge) counts.set(gauge, (counts.get(gauge) ?? 0) + value);
      if (AGE.test(key)) this.#values.set(key, value + 60);
    }
    this.#past.push(counts);
    const before = this.#past.length > 5 ? this.#past.shift() : this.#past[0];
    for (const [gauge, value] of counts) this.#values.set(gauge, round(value - (before?.get(gauge) ?? 0)));
  }

  /** Everything, metric by metric. */
  *lines(): Generator<string> {
    for (const key of [...this.#samples.keys()].sort()) yield* this.#samples.get(key) ?? [];
    yield '# EOF';
  }
}

/** Gauges that grow by themselves. */
const AGE = /^anthropic_client_(?:authentication_failure|server_error_run)_age\{/;
/** Kinds of attempts by error type. */
const KINDS: Readonly<Record<string, string>> = {
  rate_limit_error: 'rate_limit',
  overloaded_error: 'overloaded',
  api_error: 'server_error',
  timeout_error: 'server_error',
  connection_error: 'network',
  client_timeout_error: 'timeout',
  authentication_error: 'authentication',
  invalid_request_error: 'invalid',
};

/** The series of a detection gauge that shows the counter `key`, if one does. */
function gaugeOf(key: string): string | undefined {
  const label = (name: string): string => new RegExp(`[{,]${name}="([^"]*)"`).exec(key)?.[1] ?? '';
  const process = [...key.matchAll(/[{,]((?:cluster|namespace|job|instance)="[^"]*")/g)]
    .map(([, text]) => text)
    .join();
  const model = `gen_ai_request_model="${label('gen_ai_request_model')}"`;
  if (key.startsWith('anthropic_client_calls_total'))
    return `anthropic_client_recent_calls{${process},${model},anthropic_outcome="${label('anthropic_outcome')}"}`;
  if (key.startsWith('anthropic_client_attempts_total'))
    return `anthropic_client_recent_attempts{${process},${model},anthropic_attempt_kind="${KINDS[label('error_type')] ?? 'ok'}"}`;
  if (key.startsWith('anthropic_client_retries_exhausted_total'))
    return `anthropic_client_recent_retries_exhausted{${process},${model}}`;
  if (key.startsWith('anthropic_resilience_decisions_total'))
    return `anthropic_resilience_recent_decisions{${process},${model},anthropic_resilience_decision="${label('anthropic_resilience_decision')}"}`;
  if (key.startsWith('anthropic_client_cost_total')) return `anthropic_client_recent_cost{${process}}`;
  return undefined;
}

function seriesKey(name: string, labels: Labels): string {
  const texts = Object.entries(labels).map(([label, value]) => `${prometheusLabel(label)}="${value}"`);
  return `${name}{${texts.join(',')}}`;
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
