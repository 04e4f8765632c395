/** What every rule of the pack must keep to. */
import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG, seconds } from '../../src/mixin/alerts/config.ts';
import { ruleGroups } from '../../src/mixin/alerts/groups.ts';
import { INHIBITIONS, ROUTES } from '../../src/mixin/alerts/routing.ts';
import { isAlert } from '../../src/mixin/alerts/rule.ts';
import { ALERT_CASES } from './cases/index.ts';
import { CATALOGUE, namesIn, TARGET_LABELS } from './support/promql-names.ts';
import { ALERTS } from './support/rules.ts';

const GROUPS = ruleGroups(DEFAULT_CONFIG);
const RULES = GROUPS.flatMap(({ rules }) => rules);
const RECORDS = RULES.flatMap((rule) => (isAlert(rule) ? [] : [rule.record]));
/** Labels whose values come from closed sets or are capped, so that an alert by them stays bounded. */
const BOUNDED = [
  'job',
  'http_route',
  'gen_ai_request_model',
  'anthropic_rate_limit_type',
  'anthropic_telemetry_stage',
];

describe.each(RULES.map((rule) => [isAlert(rule) ? rule.alert : rule.record, rule] as const))(
  '%s',
  (_, rule) => {
    const { metrics, labels, broken } = namesIn(rule.expr);

    it('is PromQL of metrics and labels that the catalogue has', () => {
      expect(broken).toBe(false);
      const known = metrics.filter((metric) => CATALOGUE.has(metric));
      expect(metrics.filter((metric) => !known.includes(metric) && metric !== 'up')).toEqual(
        metrics.filter((metric) => RECORDS.includes(metric)),
      );
      const recorded = RULES.filter((other) => !isAlert(other) && metrics.includes(other.record));
      const allowed = [
        ...TARGET_LABELS,
        ...known.flatMap((metric) => CATALOGUE.get(metric) ?? []),
        ...recorded.flatMap(({ expr }) => namesIn(expr).labels),
      ];
      expect(labels.filter((label) => !allowed.includes(label))).toEqual([]);
      expect(labels.filter((label) => label.startsWith('otel_scope'))).toEqual([]);
    });

    it('uses no syntax that needs a feature flag or a newer Prometheus', () => {
      expect(rule.expr).not.toMatch(/\b(?:anchored|smoothed|fill|fill_left|fill_right|step)\b|\s@\s/);
    });

    it('reads only records of its own group that stand before it', () => {
      const group = GROUPS.find(({ rules }) => rules.includes(rule));
      const before = group?.rules.slice(0, group.rules.indexOf(rule)) ?? [];
      const recorded = before.flatMap((other) => (isAlert(other) ? [] : [other.record]));
      expect(metrics.filter((metric) => RECORDS.includes(metric) && !recorded.includes(metric))).toEqual([]);
    });
  },
);

describe.each(ALERTS.map((rule) => [rule.alert, rule] as const))('%s', (_, rule) => {
  it('groups by bounded labels only', () => {
    const fired = ALERT_CASES.filter((test) => test.alert === rule.alert).flatMap(({ checks }) =>
      checks.flatMap(({ alerts }) =>
        alerts === 'one' ? [] : alerts.flatMap(({ exp_labels }) => Object.keys(exp_labels)),
      ),
    );
    for (const label of new Set(fired)) expect(['severity', 'fault', ...BOUNDED]).toContain(label);
  });

  it('has no value in a label and no unformatted number in its text', () => {
    expect(`${rule.severity} ${rule.fault}`).toMatch(/^[a-z]+ [a-z]+$/);
    for (const text of [rule.summary, rule.description]) {
      expect(text).not.toMatch(/\{\{\s*\$value\s*\}\}/);
      const values = text.match(/\{\{[^}]*\$value[^}]*\}\}/g) ?? [];
      for (const value of values)
        expect(value).toMatch(/printf "%\.[02]f"|humanizePercentage|humanizeDuration/);
    }
  });

  it('names no label in its text that its expression drops', () => {
    const used = [...`${rule.summary} ${rule.description}`.matchAll(/\$labels\.(\w+)/g)].map(
      ([, name]) => name,
    );
    const cases = ALERT_CASES.filter((test) => test.alert === rule.alert);
    const labels = new Set(
      cases.flatMap(({ checks }) =>
        checks.flatMap(({ alerts }) =>
          alerts === 'one' ? [] : alerts.flatMap(({ exp_labels }) => Object.keys(exp_labels)),
        ),
      ),
    );
    expect(used.filter((name) => !labels.has(name ?? ''))).toEqual([]);
  });

  it('has a case that fires and a case that does not', () => {
    const proved = ALERT_CASES.filter((test) => test.alert === rule.alert).flatMap(({ proves }) => proves);
    expect(proved).toContain('fires');
    if (rule.severity !== 'none')
      expect(proved).toEqual(expect.arrayContaining(['silent below', 'resolves']));
  });

  it('fires for long enough to be notified, also for a single event', () => {
    if (rule.severity === 'none' || rule.for) return;
    const route = Object.values(ROUTES).find(({ match }) => match.includes(`"${rule.severity}"`));
    const needed = seconds(route?.times.group_wait ?? '0s') + seconds(route?.times.group_interval ?? '0s');
    const window = seconds('1m');
    // Notifications of severity info are collected for half an hour: what ended before is still in them.
    if (rule.severity === 'info') return;
    expect(window + seconds(rule.keepFiringFor ?? '0s')).toBeGreaterThanOrEqual(needed);
  });

  it('describes itself with a prefix, a severity and who has to act', () => {
    expect(rule.alert).toMatch(/^Anthropic[A-Z]\w+$/);
    expect(['critical', 'warning', 'info', 'none']).toContain(rule.severity);
    expect(rule.summary.length).toBeLessThan(120);
  });
});

describe.each(INHIBITIONS)('$source', ({ source, targets, equal }) => {
  it.each(targets)('stands before %s in one group, waits no longer, and shares its labels', (target) => {
    const group = GROUPS.find(({ rules }) => rules.some((rule) => isAlert(rule) && rule.alert === source));
    const alerts = group?.rules.filter(isAlert) ?? [];
    const from = alerts.findIndex(({ alert }) => alert === source);
    const to = alerts.findIndex(({ alert }) => alert === target);
    expect(to).toBeGreaterThan(from);
    expect(seconds(alerts[from]?.for ?? '0s')).toBeLessThanOrEqual(seconds(alerts[to]?.for ?? '0s'));
    for (const name of [source, target]) {
      const labels = ALERT_CASES.filter(({ alert }) => alert === name).flatMap(({ checks }) =>
        checks.flatMap(({ alerts: fired }) =>
          fired === 'one' ? [] : fired.map(({ exp_labels }) => Object.keys(exp_labels)),
        ),
      );
      expect(labels.length).toBeGreaterThan(0);
      // A label that is missing on both sides counts as equal, and inhibits more than is meant.
      for (const present of labels) expect(present).toEqual(expect.arrayContaining(['job', ...equal]));
    }
  });
});

it('lets the loss of telemetry silence nothing', () => {
  expect(
    INHIBITIONS.map(({ source }) => source).filter((source) => /Telemetry|Target|Watchdog/.test(source)),
  ).toEqual([]);
});

it('refuses settings with which one failed call would page', () => {
  const errorRate = { ...DEFAULT_CONFIG.errorRate, minCalls: 10 };
  expect(() => ruleGroups({ ...DEFAULT_CONFIG, errorRate })).toThrow('one failed call must never page');
});

it('puts the configured matchers and labels into every query', () => {
  const config = {
    ...DEFAULT_CONFIG,
    selector: 'env="prod"',
    serviceLabels: ['cluster', 'job'],
    targetLabels: ['cluster', 'job', 'instance'],
  };
  const alerts = ruleGroups(config).flatMap(({ rules }) => rules);
  const counting = alerts.filter(({ expr }) => expr.includes('label_replace(\n') && expr.includes('_total'));
  expect(counting.length).toBeGreaterThanOrEqual(9);
  for (const { expr } of counting) {
    expect(expr).toContain('_total{env="prod"');
    expect(expr).toContain('on (cluster, job, instance, anthropic_process)');
    expect(expr).toMatch(/by \(cluster, job/);
  }
});
