/**
 * A made-up fleet, always the same: two services, three processes, three models over a day with four incidents in the last hour; or
 * any number of services over three hours, each with trouble of its own or with none. Written as OpenMetrics, for `promtool tsdb
 * create-blocks-from openmetrics`.
 */
import { METRICS, type MetricKey } from '../../../src/signals/catalogue.ts';
import { prometheusName } from '../../../src/signals/metric-definition.ts';
import { FLEET_MODELS, Fleet, type Mix } from './fleet.ts';
import { deferred, policies } from './policies.ts';
import { type Process, SampleStore } from './store.ts';
import { alerts, limits, serviceName } from './surroundings.ts';

/** The scrape interval that the data source is set to. */
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

/** The samples of two services over a day, or of many over three hours, line by line. */
export function openMetrics(services?: number): Iterable<string> {
  const store = new SampleStore();
  const fleet = new Fleet(store);
  return services ? largeFleet(store, fleet, services) : smallFleet(store, fleet);
}

function smallFleet(store: SampleStore, fleet: Fleet): Iterable<string> {
  for (const process of [CHAT, CHAT_2, REPORTS]) fleet.start(process, START - 3600);
  for (let time = START; time <= SAMPLE_END; time += MINUTE) {
    const ago = SAMPLE_END - time;
    const daytime = 0.55 + 0.45 * Math.sin(((time % 86_400) / 86_400 - 0.33) * 2 * Math.PI);
    for (const [process, model, perMinute] of TRAFFIC) {
      const wobble = 1 + 0.12 * Math.sin(time / 97 + perMinute);
      const mix = mixAt(ago, process, model);
      const count = perMinute * daytime * wobble * (mix.rate_limit_error === 0.34 ? 2.6 : 1);
      fleet.calls(process, model, count, mix, ago < 11 * MINUTE ? 1.7 : 1);
      if (process.job === 'chat') policies(store, process, model, count, mix);
    }
    deferred(store, REPORTS, ago);
    if (ago === 25 * MINUTE) fleet.unauthorized(REPORTS, 'claude-haiku-4-5', time);
    if (ago === 6 * MINUTE || ago === 4 * MINUTE) fleet.interrupted(CHAT, 'claude-opus-5-5', 2);
    if (ago === 7 * 3600) fleet.unpriced(REPORTS, 'claude-next-preview', 14);
    if (ago === 5 * 3600) fleet.batch(REPORTS, 'claude-haiku-4-5', 800);
    if (ago === 2 * 3600) fleet.telemetryError(CHAT_2, 'logs', 3);
    limits(store, [CHAT, CHAT_2], time, ago);
    store.sample(time);
  }
  alerts(store, SAMPLE_END);
  return store.lines();
}

/** Two processes of each service in one of two clusters; each service has trouble of its own kind, or none. */
function largeFleet(store: SampleStore, fleet: Fleet, services: number): Iterable<string> {
  const start = SAMPLE_END - 185 * MINUTE;
  const pods = Array.from({ length: 2 * services }, (_, pod) => {
    const index = pod >> 1;
    const job = serviceName(index);
    return {
      // Of fewer services, the last one has the trouble of the fourth.
      trouble: services < 4 && index === services - 1 ? 3 : index,
      index,
      process: {
        cluster: index % 2 ? 'eu-1' : 'us-1',
        namespace: 'shop',
        job,
        instance: `${job}-${pod % 2}`,
      },
      models: [0, 1].map((next) => FLEET_MODELS[(index + 4 * next) % FLEET_MODELS.length] ?? ''),
    };
  });
  for (const { process } of pods) fleet.start(process, start - 3600);
  for (let time = start; time <= SAMPLE_END; time += MINUTE) {
    const ago = SAMPLE_END - time;
    for (const { process, models, index, trouble } of pods) {
      const mix = fleetMix(ago, trouble);
      models.forEach((model, rank) => {
        const count = ((14 - 4 * rank) * (1 + (trouble % 7))) / 4;
        fleet.calls(process, model, count, mix, ago < 11 * MINUTE && trouble % 5 === 3 ? 1.7 : 1);
        if (index % 3 !== 1) policies(store, process, model, count, mix);
      });
      if (index === 0) deferred(store, process, ago);
      if (index === Math.min(7, services - 1) && ago <= 18 * MINUTE && ago % 120 === 0)
        fleet.unauthorized(process, models[0] ?? '', time);
      if (ago === 7200) fleet.batch(process, models[0] ?? '', 20 * (index + 1));
    }
    const [first] = pods;
    if (first && ago === 7200) fleet.unpriced(first.process, 'claude-next-preview', 14);
    limits(
      store,
      pods.slice(0, 8).map(({ process }) => process),
      time,
      ago,
    );
    store.sample(time);
  }
  alerts(store, SAMPLE_END, services);
  return store.lines();
}

function fleetMix(ago: number, index: number): Mix {
  if (index === 3 && ago < 11 * MINUTE) return { ...ORDINARY, overloaded_error: 0.62, api_error: 0.2 };
  if (index === 12 && ago < 14 * MINUTE) return { ...ORDINARY, api_error: 0.12 };
  if (index === 17 && ago < 40 * MINUTE) return { ...ORDINARY, rate_limit_error: 0.34 };
  if (index === 20 && ago < 30 * MINUTE) return { ...ORDINARY, invalid_request_error: 0.05 };
  if (index === 24 && ago < 20 * MINUTE) return { ...ORDINARY, connection_error: 0.3 };
  return ORDINARY;
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
