/** What every rule of the pack must keep to. */
import { describe, expect, it } from 'vitest';
import { ruleGroups } from '../../src/mixin/alerts/groups.ts';
import { INHIBITIONS, ROUTES } from '../../src/mixin/alerts/routing.ts';
import { isAlert } from '../../src/mixin/alerts/rule.ts';
import { DEFAULT_CONFIG, defineConfig, seconds } from '../../src/mixin/config.ts';
import { CATALOGUE, namesIn, selectorsIn, TARGET_LABELS } from './support/promql-names.ts';
import { ALERT_RULES, RECORD_NAMES, RULES } from './support/rules.ts';

const GROUPS = ruleGroups(DEFAULT_CONFIG);
/** Labels that no fleet can do without, and that are there or not. */
const FLEET_LABELS = [...TARGET_LABELS, 'cluster', 'namespace'];
const nameOf = (rule: (typeof RULES)[number]) =>
  isAlert(rule) ? `${rule.alert} ${rule.condition ?? ''}` : rule.record;

describe.each(RULES.map((rule) => [nameOf(rule), rule] as const))('%s', (_, rule) => {
  const { metrics, labels, broken } = namesIn(rule.expr);

  it('is PromQL of metrics and labels that the catalogue has', () => {
    expect(broken).toBe(false);
    const known = metrics.filter((metric) => CATALOGUE.has(metric));
    const others = metrics.filter((metric) => !known.includes(metric) && metric !== 'up');
    expect(others.filter((metric) => !RECORD_NAMES.includes(metric))).toEqual([]);
    const recorded = RULES.filter((other) => !isAlert(other) && metrics.includes(other.record));
    const allowed = [
      ...FLEET_LABELS,
      'le',
      ...known.flatMap((metric) => CATALOGUE.get(metric) ?? []),
      ...recorded.flatMap(({ expr }) => namesIn(expr).labels),
      // What a record of records keeps.
      'gen_ai_request_model',
      'anthropic_attempt_kind',
    ];
    expect(labels.filter((label) => !allowed.includes(label))).toEqual([]);
  });

  it('uses no syntax that needs a feature flag or a newer Prometheus', () => {
    expect(rule.expr).not.toMatch(/\b(?:anchored|smoothed|fill|fill_left|fill_right|step)\b|\s@\s/);
  });

  it('can be read: at most 400 characters, and a sentence that explains it', () => {
    expect(rule.expr.length).toBeLessThanOrEqual(400);
    expect(rule.note).toMatch(/^[A-Z].*\.$/);
  });

  it('keeps services, namespaces and clusters apart', () => {
    if (rule.expr === 'vector(1)' || nameOf(rule).startsWith('job_model') === false) return;
    for (const [, by = ''] of rule.expr.matchAll(/(?:by|on) \(([^)]*)\)/g))
      expect(by).toContain('cluster, namespace, job');
  });

  it('reads records only after they are made', () => {
    const group = GROUPS.find(({ rules }) =>
      rules.some((other) => other.expr === rule.expr && nameOf(other) === nameOf(rule)),
    );
    const position = group?.rules.findIndex((other) => nameOf(other) === nameOf(rule)) ?? 0;
    const later =
      group?.rules.slice(position).flatMap((other) => (isAlert(other) ? [] : [other.record])) ?? [];
    expect(metrics.filter((metric) => later.includes(metric) && metric !== nameOf(rule))).toEqual([]);
  });
});

it('has expressions with a median of at most 160 characters', () => {
  const lengths = RULES.map(({ expr }) => expr.length).sort((a, b) => a - b);
  expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(160);
});

describe.each(ALERT_RULES.map((rule) => [nameOf(rule), rule] as const))('%s', (_, rule) => {
  it('has a summary for a phone, which names the service first', () => {
    expect(rule.summary.replaceAll(/\{\{[^}]*\}\}/g, '').length).toBeLessThan(110);
    if (rule.ofService !== false) expect(rule.summary).toMatch(/^\{\{ \$labels\.job \}\}/);
  });

  it('fires long enough to be notified', () => {
    // The condition of an alert without a window lasts by itself.
    if (rule.severity === 'info' || rule.severity === 'none' || rule.for || !rule.keepFiringFor) return;
    const { times } = rule.severity === 'critical' ? ROUTES.page : ROUTES.ticket;
    const needed = seconds(times.group_wait) + seconds(times.group_interval);
    // A condition on the last 5 minutes holds for as long.
    expect(300 + seconds(rule.keepFiringFor)).toBeGreaterThanOrEqual(needed);
  });

  it('can be distinguished from the other rules of its alert', () => {
    const same = ALERT_RULES.filter(({ alert }) => alert === rule.alert);
    expect(new Set(same.map(({ condition }) => condition)).size).toBe(same.length);
  });
});

it.each(INHIBITIONS)(
  'puts the $source.severity rules of $source.alertname before those that they inhibit, and lets them wait no longer',
  ({ source, target }) => {
    const alerts = GROUPS.flatMap(({ name, rules }) =>
      rules.filter(isAlert).map((rule) => ({ ...rule, group: name })),
    );
    const matching = ({ alertname, severity }: typeof source) =>
      alerts.filter((rule) => rule.alert === alertname && rule.severity === severity);
    const [sources, targets] = [matching(source), matching(target)];
    expect(sources.length * targets.length).toBeGreaterThan(0);
    expect(new Set([...sources, ...targets].map(({ group }) => group)).size).toBe(1);
    for (const rule of sources) {
      for (const inhibited of targets) {
        expect(alerts.indexOf(inhibited)).toBeGreaterThan(alerts.indexOf(rule));
        expect(seconds(rule.for ?? '0s')).toBeLessThanOrEqual(seconds(inhibited.for ?? '0s'));
      }
    }
  },
);

it('lets the loss of telemetry inhibit nothing', () => {
  expect(INHIBITIONS.filter(({ source }) => /Telemetry|Watchdog/.test(source.alertname))).toEqual([]);
});

describe('settings', () => {
  it('put matchers and labels into every query', () => {
    const config = defineConfig({ selector: 'env="prod"', groupingLabels: ['region', 'job'] });
    for (const { expr } of ruleGroups(config).flatMap(({ rules }) => rules)) {
      expect(expr).not.toContain('namespace');
      for (const selector of selectorsIn(expr)) {
        if (!/^[\w]+:/.test(selector)) expect(selector).toContain('env="prod"');
      }
    }
  });

  it('leave out, relabel and change the severity of alerts', () => {
    const config = defineConfig({
      disabled: ['AnthropicWatchdog'],
      severities: { AnthropicBillingFailed: 'warning' },
    });
    const alerts = ruleGroups(config).flatMap(({ rules }) => rules.filter(isAlert));
    expect(alerts.map(({ alert }) => alert)).not.toContain('AnthropicWatchdog');
    expect(alerts.find(({ alert }) => alert === 'AnthropicBillingFailed')?.severity).toBe('warning');
  });

  it('leave out, and change the severity of, a single condition of an alert', () => {
    const config = defineConfig({
      disabled: ['AnthropicResponsesChanged/cache_hits'],
      severities: { AnthropicRequestsRejected: 'info', 'AnthropicRequestsRejected/permission': 'critical' },
    });
    const alerts = ruleGroups(config).flatMap(({ rules }) => rules.filter(isAlert));
    const of = (name: string) =>
      alerts
        .filter(({ alert }) => alert === name)
        .map(({ condition, severity }) => `${condition} ${severity}`);
    expect(of('AnthropicResponsesChanged')).toEqual(['stop_reasons warning', 'model warning']);
    expect(of('AnthropicRequestsRejected')).toEqual([
      'invalid info',
      'permission critical',
      'model_not_found info',
    ]);
  });

  it('give a budget to a team', () => {
    const config = defineConfig({ spend: { attribution: [{ key: 'team', value: 'search', dailyUsd: 50 }] } });
    const rules = ruleGroups(config).flatMap((group) => group.rules);
    expect(rules.map(nameOf)).toContain('team:anthropic_client_cost:sum5m');
    expect(rules.find((rule) => nameOf(rule) === 'AnthropicSpendHigh team:search')?.expr).toBe(
      'sum_over_time(team:anthropic_client_cost:sum5m{anthropic_attribution_team="search"}[86399s:5m]) > 50',
    );
  });

  it('page for consecutive server errors only from a share of the attempts on', () => {
    const config = defineConfig({ consecutiveServerErrors: { minRatio: 0.01 } });
    const rule = ruleGroups(config)
      .flatMap(({ rules }) => rules)
      .find((each) => nameOf(each).startsWith('AnthropicConsecutive'));
    expect(rule?.expr).toContain('>= 0.01 * sum by (cluster, namespace, job)');
  });

  it.each([
    [{ errorrate: {} }, /config\.errorrate is not a setting/],
    [{ errorRate: { ratio: '5 %' } }, /config\.errorRate\.ratio must be a number/],
    [{ keepFiringFor: '5 minutes' }, /config\.keepFiringFor must be a duration/],
    [{ minimumTraffic: { calls: 10 } }, /one failed call must never page/],
    [{ errorBudget: { ticket: [{ long: '1h', short: '5m', factor: 1 }] } }, /windows 1h\/5m twice/],
    [{ groupingLabels: ['cluster'] }, /must be a list with "job"/],
    [{ severities: { AnthropicWatchdog: 'loud' } }, /must be "critical"/],
    [{ labels: { 'team name': 'x' } }, /is not the name of a label/],
  ])('reject %j with a TypeError that states what is wrong', (overrides, message) => {
    expect(() => defineConfig(overrides as object)).toThrow(message as RegExp);
    expect(() => defineConfig(overrides as object)).toThrow(TypeError);
  });

  it('reject the name of an alert that does not exist', () => {
    expect(() => ruleGroups(defineConfig({ disabled: ['AnthropicNothing'] }))).toThrow(
      /There is no alert AnthropicNothing/,
    );
  });
});
