/** Merges settings into the defaults, and rejects what cannot work. */
import type { AlertConfig } from './config-types.ts';

/** `T` with every setting optional. Lists and maps are given whole. */
export type DeepPartial<T> = {
  readonly [K in keyof T]?: T[K] extends readonly unknown[]
    ? T[K]
    : T[K] extends object
      ? DeepPartial<T[K]>
      : T[K];
};

/** Settings whose keys are free. */
const MAPS: ReadonlySet<string> = new Set([
  'config.labels',
  'config.severities',
  'config.receivers',
  'config.kubernetes.ruleLabels',
  'config.kubernetes.dashboardLabels',
]);
const DURATION = /^\d+[smhd]$/;

/** `defaults` with `overrides` in their place. */
export function merge<T extends object>(defaults: T, overrides: DeepPartial<T>, path: string): T {
  if (!isObject(overrides)) throw wrong(path, 'an object', overrides);
  const merged = { ...defaults } as Record<string, unknown>;
  for (const [key, value] of Object.entries(overrides)) {
    if (value === undefined) continue;
    const at = `${path}.${key}`;
    if (!Object.hasOwn(defaults, key)) {
      throw new TypeError(
        `${at} is not a setting. Settings of ${path}: ${Object.keys(defaults).join(', ')}.`,
      );
    }
    const usual = (defaults as Record<string, unknown>)[key];
    merged[key] =
      isObject(usual) && !MAPS.has(at) ? merge(usual, value as object, at) : same(usual, value, at);
  }
  return merged as T;
}

/** @throws TypeError when settings do not fit together. */
export function checkConfig(config: AlertConfig): void {
  const { minimumTraffic, errorRate, errorBudget, groupingLabels, severities } = config;
  if (minimumTraffic.calls * errorRate.ratio < 1) {
    throw new TypeError(
      'config.minimumTraffic.calls must be at least 1 / config.errorRate.ratio: one failed call must never page.',
    );
  }
  const windows = [...errorBudget.page, ...errorBudget.ticket].map(({ long, short }) => `${long}/${short}`);
  const twice = windows.find((pair, i) => windows.indexOf(pair) !== i);
  if (twice)
    throw new TypeError(
      `config.errorBudget has the windows ${twice} twice: the alert names them as its condition.`,
    );
  for (const label of [...groupingLabels, ...config.instanceLabels, ...Object.keys(config.labels)]) {
    if (!/^[a-zA-Z_]\w*$/.test(label))
      throw new TypeError(`${JSON.stringify(label)} is not the name of a label.`);
  }
  if (!groupingLabels.includes('job')) {
    throw wrong(
      'config.groupingLabels',
      'a list with "job", by which the dashboards find a service',
      groupingLabels,
    );
  }
  for (const [alert, severity] of Object.entries(severities)) {
    if (!['critical', 'warning', 'info', 'none'].includes(severity)) {
      throw wrong(`config.severities.${alert}`, '"critical", "warning", "info" or "none"', severity);
    }
  }
}

function same(usual: unknown, value: unknown, path: string): unknown {
  if (Array.isArray(usual) !== Array.isArray(value) || typeof usual !== typeof value) {
    throw wrong(path, Array.isArray(usual) ? 'a list' : `a ${typeof usual}`, value);
  }
  if (typeof value === 'number' && !(value >= 0)) throw wrong(path, 'a number of 0 or more', value);
  if (typeof usual === 'string' && DURATION.test(usual) && !DURATION.test(String(value))) {
    throw wrong(path, 'a duration such as "30s", "5m", "1h" or "3d"', value);
  }
  return value;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(path: string, expected: string, value: unknown): TypeError {
  return new TypeError(`${path} must be ${expected}, not ${JSON.stringify(value)}.`);
}
