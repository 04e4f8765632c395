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
}

function seriesKey(name: string, labels: Labels): string {
  const texts = Object.entries(labels).map(([label, value]) => `${prometheusLabel(label)}="${value}"`);
  return `${name}{${texts.join(',')}}`;
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
