/**
 * A day of a made-up fleet, always the same: two services, three processes, three models, and four incidents in the
 * last hour. Written as OpenMetrics, for `promtool tsdb create-blocks-from openmetrics`.
 */
import { METRICS, type MetricKey } from '../../../src/signals/catalogue.ts';
import { prometheusName } from '../../../src/signals/metric-definition.ts';
import { Fleet, type Mix } from './fleet.ts';
import { type Process, SampleStore } from './store.ts';
import { alerts, limits } from './surroundings.ts';

/** What the data source is told of the scrape interval. */
export const SAMPLE_INTERVAL = 60;

/** The moment of the pictures, in Unix seconds: 2026-11-20 14:37 UTC. */
export const SAMPLE_END: number = Date.UTC(2026, 10, 20, 14, 37) / 1000;
const MINUTE = 60;
const START = SAMPLE_END - 25 * 60 * MINUTE;

const CHAT = { job: 'chat', instance: 'chat-1' };
const CHAT_2 = { job: 'chat', instance: 'chat-2' };
const REPORTS = { job: 'reports', instance: 'reports-1' };

/** Calls a minute of each process, by model, at noon. */
const TRAFFIC: readonly (readonly [process: Process, model: string, perMinute: number])[] = [
  [CHAT, 'claude-opus-5-5', 24],
  [CHAT_2, 'claude-opus-5-5', 22],
  [CHAT, 'claude-sonnet-5-5', 46],
  [CHAT_2, 'claude-sonnet-5-5', 44],
  [REPORTS, 'claude-haiku-4-5', 16],
];

/** What goes wrong on an ordinary day, as shares of the attempts. */
const ORDINARY: Mix = {
  overloaded_error: 0.004,
  rate_limit_error: 0.002,
  api_error: 0.0004,
  invalid_request_error: 0.0008,
};

/** What goes wrong `ago` seconds before the end. */
function mixAt(ago: number, { job }: Process, model: string): Mix {
  // Half an hour ago a batch job ran into the rate limit.
  if (ago > 36 * MINUTE && ago < 44 * MINUTE && model === 'claude-sonnet-5-5')
    return { ...ORDINARY, rate_limit_error: 0.34 };
  // For ten minutes the API has had trouble with one model.
  if (ago < 11 * MINUTE && model === 'claude-opus-5-5') {
    return {
      ...ORDINARY,
      overloaded_error: 0.36,
      api_error: 0.2,
      timeout_error: 0.02,
      client_timeout_error: 0.03,
    };
  }
  if (ago > 17 * MINUTE && ago < 21 * MINUTE && job === 'reports')
    return { ...ORDINARY, connection_error: 0.12 };
  return ORDINARY;
}

/** The samples, line by line. */
export function openMetrics(): Iterable<string> {
  const store = new SampleStore();
  const fleet = new Fleet(store);
  for (const process of [CHAT, CHAT_2, REPORTS]) fleet.start(process, START - 3600);
  for (let time = START; time <= SAMPLE_END; time += MINUTE) {
    const ago = SAMPLE_END - time;
    const daytime = 0.55 + 0.45 * Math.sin(((time % 86_400) / 86_400 - 0.33) * 2 * Math.PI);
    for (const [process, model, perMinute] of TRAFFIC) {
      const wobble = 1 + 0.12 * Math.sin(time / 97 + perMinute);
      const flood = mixAt(ago, process, model).rate_limit_error === 0.34 ? 2.6 : 1;
      fleet.calls(
        process,
        model,
        perMinute * daytime * wobble * flood,
        mixAt(ago, process, model),
        ago < 11 * MINUTE ? 1.7 : 1,
      );
    }
    if (ago === 25 * MINUTE) fleet.refused(REPORTS, 'claude-haiku-4-5', time);
    if (ago === 6 * MINUTE || ago === 4 * MINUTE) fleet.interrupted(CHAT, 'claude-opus-5-5', 2);
    if (ago === 7 * 3600) fleet.unpriced(REPORTS, 'claude-next-preview', 14);
    if (ago === 2 * 3600) fleet.telemetryError(CHAT_2, 'logs', 3);
    limits(store, time, ago);
    store.sample(time);
  }
  alerts(store, SAMPLE_END);
  return store.lines();
}

/** Metrics of the catalogue that `lines` lack: their panels would be empty on the pictures. */
export function missingMetrics(lines: Iterable<string>): string[] {
  const names = new Set<string>();
  for (const line of lines) names.add(line.slice(0, line.indexOf('{')));
  const has = (name: string) => names.has(name) || names.has(`${name}_count`);
  return (Object.keys(METRICS) as MetricKey[])
    .map((key) => prometheusName(METRICS[key]))
    .filter((name) => !has(name));
}
