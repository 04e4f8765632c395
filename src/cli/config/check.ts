/** Checks settings that are written unchanged into files and requests. These checks go beyond the type of the default. */
import type { CliConfig } from './config.ts';

const RECEIVERS = ['webhook', 'slack', 'pagerduty', 'opsgenie', 'email', 'watchdog'];
const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
/** The maximum interval in seconds. Rules look back 5 minutes, which must include at least two samples. */
const MAX_INTERVAL = 120;

/**
 * Returns the configuration with addresses that do not end with a slash.
 *
 * @throws TypeError that names the setting and what was expected
 */
export function checkedConfig(config: CliConfig): CliConfig {
  const { urls, receivers, prometheus, kubernetes, out } = config;
  for (const path of ['groupingLabels', 'instanceLabels', 'disabled'] as const)
    checkTexts(path, config[path]);
  checkTexts('prometheus.targets', prometheus.targets);
  checkTexts('prometheus.alertmanagers', prometheus.alertmanagers);
  checkTexts('labels', Object.values(config.labels), 'an object of strings');
  checkTexts('kubernetes.ruleLabels', Object.values(kubernetes.ruleLabels), 'an object of strings');
  checkTexts('kubernetes.dashboardLabels', Object.values(kubernetes.dashboardLabels), 'an object of strings');
  if (out.trim() === '') throw wrong('out', 'the name of a folder', out);
  const seconds = Number.parseInt(prometheus.interval, 10) * SECONDS[prometheus.interval.at(-1) as 's'];
  if (!(seconds > 0 && seconds <= MAX_INTERVAL))
    throw wrong('prometheus.interval', 'a duration from 1s to 2m', prometheus.interval);
  const unknown = Object.keys(receivers).find((name) => !RECEIVERS.includes(name));
  if (unknown !== undefined)
    throw new TypeError(
      `config.receivers.${unknown} is not a receiver. Use one of: ${RECEIVERS.join(', ')}.`,
    );
  for (const name of ['webhook', 'watchdog'] as const) {
    if (receivers[name] !== undefined) address(`receivers.${name}`, receivers[name]);
  }
  return {
    ...config,
    urls: {
      grafana: address('urls.grafana', urls.grafana),
      runbooks: address('urls.runbooks', urls.runbooks),
    },
    prometheus: { ...prometheus, url: address('prometheus.url', prometheus.url) },
  };
}

function checkTexts(path: string, values: readonly unknown[], expected = 'a list of strings'): void {
  const other = values.find((value) => typeof value !== 'string' || value === '');
  if (other !== undefined) throw wrong(path, expected, other);
}

function address(path: string, value: unknown): string {
  if (typeof value !== 'string' || !/^https?:\/\//.test(value) || !URL.canParse(value))
    throw wrong(path, 'an address that starts with http:// or https://', value);
  return value.replace(/\/+$/, '');
}

function wrong(path: string, expected: string, value: unknown): TypeError {
  return new TypeError(`config.${path} must be ${expected}, not ${JSON.stringify(value)}.`);
}
