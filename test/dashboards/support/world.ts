/**
 * A simulated fleet: processes that start, count, restart, vanish and come back, as a scrape every `step`
 * seconds sees them. Gives the series for promtool. Second 0 is the start of the test.
 */

import { PROCESS_LABEL } from '../../../src/signals/names.ts';

/** A metric's value in a process at a time, or `undefined` while the process does not export it. */
export type ValueAt = (time: number) => number | undefined;

/** A process. */
export interface ProcessSpec {
  readonly job?: string;
  readonly instance?: string;
  /** Its number, where one target serves several processes. The first has none. */
  readonly process?: string;
  /** When it started; negative for a process that is older than the test. */
  readonly start?: number;
  /** When it ended. Its last scrape is before. */
  readonly end?: number;
  /** When nobody could see it: `[from, to)`. Scraped targets get a staleness marker, pushed ones none. */
  readonly unseen?: readonly (readonly [number, number])[];
  /** Metrics by `name{labels}`, without `job` and `instance`. */
  readonly metrics: Readonly<Record<string, ValueAt>>;
}

/** How samples reach Prometheus. */
export interface WorldOptions {
  /** When the test ends. */
  readonly until: number;
  /** Seconds between scrapes. */
  readonly step?: number;
  /** `push` leaves no staleness marker when a process goes silent. */
  readonly path?: 'scrape' | 'push';
  /** Whether targets have `up`: only scraped ones do. */
  readonly up?: boolean;
}

type Sample = number | 'stale' | undefined;

/** The series of all `processes`, in promtool's notation. */
export function world(
  processes: readonly ProcessSpec[],
  options: WorldOptions,
): { series: string; values: string }[] {
  const { until, step = 15, path = 'scrape', up = false } = options;
  const length = Math.floor(until / step) + 1;
  const all = new Map<string, Sample[]>();
  for (const {
    job = 'app',
    instance = 'pod-1',
    process,
    start = -86_400,
    end = Infinity,
    unseen = [],
    metrics,
  } of processes) {
    const exported: Record<string, ValueAt> = { anthropic_client_start_time: () => start, ...metrics };
    const labels = { job, instance, ...(process && { [PROCESS_LABEL]: process }) };
    for (const [metric, valueAt] of Object.entries(exported)) {
      const samples = sampleArray(all, withLabels(metric, labels), length);
      let seen = false;
      for (let i = 0; i < length; i++) {
        const time = i * step;
        const visible =
          time >= start && time < end && !unseen.some(([from, to]) => time >= from && time < to);
        const value = visible ? valueAt(time) : undefined;
        if (value !== undefined) samples[i] = value;
        else if (seen && path === 'scrape') samples[i] ??= 'stale';
        seen = value !== undefined;
      }
    }
    if (!up) continue;
    const samples = sampleArray(all, withLabels('up', { job, instance }), length);
    for (let i = 0; i < length; i++) {
      const time = i * step;
      if (time < start || time >= end) continue;
      samples[i] = unseen.some(([from, to]) => time >= from && time < to) ? 0 : 1;
    }
  }
  return [...all].map(([series, samples]) => ({ series, values: notation(samples) }));
}

function sampleArray(all: Map<string, Sample[]>, series: string, length: number): Sample[] {
  const known = all.get(series) ?? new Array<Sample>(length).fill(undefined);
  all.set(series, known);
  return known;
}

/** `name{labels}` with more labels. */
export function withLabels(series: string, labels: Readonly<Record<string, string>>): string {
  const more = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const [, name, braces = ''] = /^([^{]+)(?:\{(.*)\})?$/s.exec(series) ?? [];
  return `${name}{${[braces, ...more].filter(Boolean).join(',')}}`;
}

/** Samples in promtool's notation, runs of equal ones written once. */
function notation(samples: readonly Sample[]): string {
  const parts: string[] = [];
  for (let i = 0; i < samples.length; ) {
    let run = 1;
    while (i + run < samples.length && samples[i + run] === samples[i]) run++;
    const sample = samples[i];
    if (sample === undefined) parts.push(`_x${run}`);
    else if (sample === 'stale') parts.push(...new Array<string>(run).fill('stale'));
    else parts.push(run === 1 ? `${sample}` : `${sample}+0x${run - 1}`);
    i += run;
  }
  return parts.join(' ');
}

/** A counter that is zero from the start of its process and counts at `times`. */
export function counts(...times: readonly number[]): ValueAt {
  return (now) => times.filter((time) => time <= now).length;
}

/** A counter that does not exist before its first event. */
export function born(...times: readonly number[]): ValueAt {
  return (now) => times.filter((time) => time <= now).length || undefined;
}

/** A counter at `base` that grows by `perSecond` between `from` and `to`. */
export function grows(perSecond: number, from = 0, to: number = Infinity, base = 0): ValueAt {
  return (now) => Math.round((base + Math.max(0, Math.min(now, to) - from) * perSecond) * 1e6) / 1e6;
}

/** The sum of counters. */
export function sum(...parts: readonly ValueAt[]): ValueAt {
  return (now: number) => parts.reduce((total, part) => total + (part(now) ?? 0), 0);
}

/** A value that never changes. */
export function flat(value: number): ValueAt {
  return () => value;
}

/** A counter that adds `perStep(time)` at every scrape. */
export function accumulates(step: number, perStep: (time: number) => number): ValueAt {
  const totals: number[] = [0];
  return (now) => {
    const index = Math.floor(now / step);
    for (let i = totals.length; i <= index; i++) totals.push((totals[i - 1] ?? 0) + perStep(i * step));
    return totals[Math.max(0, index)];
  };
}
