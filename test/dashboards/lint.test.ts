/** The rules of dashboard-linter and the traps of the builders, as tests. */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG, seconds } from '../../src/mixin/alerts/config.ts';
import { ruleGroups } from '../../src/mixin/alerts/groups.ts';
import { isAlert } from '../../src/mixin/alerts/rule.ts';
import { STATUS_PAGE, variable } from '../../src/mixin/dashboards/style.ts';
import { DASHBOARDS, type PanelJson } from './support/panels.ts';

const ALERTS = ruleGroups(DEFAULT_CONFIG)
  .flatMap(({ rules }) => rules)
  .filter(isAlert);

describe.each(DASHBOARDS)('$path', ({ path, json }) => {
  const panels = json.panels.filter(({ type }) => type !== 'row');
  const querying = panels.filter(({ targets }) => targets?.length);

  it('is a classic dashboard that imports and provisions', () => {
    expect(json).toMatchObject({
      id: null,
      editable: false,
      uid: path.slice('dashboards/'.length, -'.json'.length),
    });
    expect(json.schemaVersion).toBeLessThanOrEqual(42);
    expect(json).not.toHaveProperty('__inputs');
    expect(json).not.toHaveProperty('apiVersion');
    expect(json.description).not.toBe('');
    expect(JSON.stringify(json)).not.toMatch(/"placement":"inControlsMenu"|\$\{DS_/);
  });

  it('has the variables', () => {
    const [datasource, ...others] = json.templating.list;
    expect(datasource).toMatchObject({
      name: 'datasource',
      label: 'Data source',
      type: 'datasource',
      query: 'prometheus',
    });
    expect(others.map(({ name }) => name)).toEqual(['job', 'instance', 'model', 'method', 'logs', 'traces']);
    for (const variable of others.filter(({ type }) => type === 'query')) {
      expect(variable).toMatchObject({
        refresh: 2,
        multi: true,
        allValue: expect.stringMatching(/^\.[+*]$/),
      });
    }
  });

  it('shows firing alerts on every graph', () => {
    expect(json.annotations.list.map(({ expr }) => expr).join()).toContain('ALERTS{');
  });

  it('has unique ids and references', () => {
    const ids = json.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(Math.min(...ids)).toBeGreaterThan(0);
    for (const { targets = [] } of querying) {
      const references = targets.map(({ refId }) => refId);
      expect(references).toEqual([...'ABCDEFGH'].slice(0, references.length));
    }
  });

  it('has panels that do not overlap and fill their line', () => {
    const cells = new Set<string>();
    for (const { title, gridPos } of json.panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(cells.has(`${x} ${y}`), `${title} overlaps`).toBe(false);
          cells.add(`${x} ${y}`);
        }
      }
    }
    const height = Math.max(...json.panels.map(({ gridPos }) => gridPos.y + gridPos.h));
    expect(cells.size).toBe(24 * height);
  });

  it('has panels with title, description, unit, data source, legend and a text for no data', () => {
    for (const panel of panels) {
      expect(panel.title).not.toBe('');
      expect(panel.description, panel.title).toMatch(/.{20,}/);
    }
    for (const panel of querying) {
      expect(panel.datasource?.uid, panel.title).toBe(variable('datasource'));
      expect(panel.fieldConfig?.defaults.unit, panel.title).toMatch(/./);
      expect(panel.fieldConfig?.defaults.noValue, panel.title).toMatch(/./);
      expect(legendShown(panel), panel.title).toBe(true);
      for (const target of panel.targets ?? []) {
        expect(target.datasource.uid).toBe(variable('datasource'));
        if (panel.type !== 'table') expect(target.legendFormat, panel.title).not.toBe('__auto');
      }
    }
  });

  it('leads from every panel to a runbook', () => {
    for (const panel of json.panels.filter(({ type }) => type !== 'row')) {
      expect(JSON.stringify(panel), panel.title).toMatch(/runbooks\/\w+\.md/);
    }
  });

  it('links to runbooks and dashboards that exist', () => {
    const urls = JSON.stringify(json).match(/https?:[^"\\)\s]+\.md/g) ?? [];
    for (const url of urls) {
      const alert = /\/(\w+)\.md$/.exec(url)?.[1] ?? url;
      expect(['README', ...ALERTS.map((rule) => rule.alert)]).toContain(alert);
      expect(existsSync(`runbooks/${alert}.md`), `runbooks/${alert}.md`).toBe(true);
    }
  });
});

it('every alert links to a dashboard that exists', () => {
  for (const { alert, dashboard } of ALERTS)
    expect(
      DASHBOARDS.map(({ json }) => json.uid),
      alert,
    ).toContain(dashboard);
});

it('every alert has its runbook on a panel or in the first steps', () => {
  const all = DASHBOARDS.map(({ json }) => JSON.stringify(json)).join();
  for (const { alert } of ALERTS) expect(all, alert).toContain(`/${alert}.md`);
});

describe('the way from a number to its cause', () => {
  const panel = (uid: string, title: string): PanelJson => {
    const found = DASHBOARDS.find(({ json }) => json.uid === uid)?.json.panels.find((p) => p.title === title);
    if (!found) throw new Error(`there is no ${uid}: ${title}`);
    return found;
  };

  it.each(['anthropic-triage', 'anthropic-errors'])(
    '%s: what failed leads to its log lines and its traces',
    (uid) => {
      const { fieldConfig } = panel(uid, 'What failed in the time range');
      const links = fieldConfig?.overrides
        .flatMap(({ properties }) => properties)
        .filter(({ id }) => id === 'links')
        .flatMap(({ value }) => value as { title: string; url: string }[]);
      expect(links?.map(({ title }) => title)).toEqual(['Log lines', 'Traces']);
      for (const [index, source] of ['logs', 'traces'].entries()) {
        const text = new URL(links?.[index]?.url ?? '', 'http://grafana').searchParams.get('panes') ?? '';
        const { a } = JSON.parse(text);
        expect(a.datasource).toBe(variable(source));
        expect(a.range).toEqual({ from: variable('__from'), to: variable('__to') });
        expect(JSON.stringify(a.queries)).toContain(variable('__value.raw'));
      }
    },
  );

  it('triage leads to the status page, to every runbook, and from each alert to its own', () => {
    const triage = DASHBOARDS.find(({ json }) => json.uid === 'anthropic-triage')?.json;
    expect(triage?.links.map(({ url }) => url)).toContain(STATUS_PAGE);
    expect(JSON.stringify(panel('anthropic-triage', 'What to do'))).toContain(STATUS_PAGE);
    for (const { alert } of ALERTS) {
      expect(JSON.stringify(panel('anthropic-triage', 'Runbooks'))).toContain(`/${alert}.md`);
    }
    for (const title of ['error rate', '5xx in a row', '401', 'retries']) {
      expect(panel('anthropic-triage', `Alert: ${title}`).links?.[0]?.url).toMatch(/runbooks\/\w+\.md$/);
    }
  });

  it('graphs of latency ask for exemplars', () => {
    for (const title of [
      'Calls, by duration',
      'Attempts, by duration',
      'Time to the first chunk, by model',
    ]) {
      for (const target of panel('anthropic-latency', title).targets ?? []) {
        expect(target.exemplar, title).toBe(true);
      }
    }
  });

  it('red begins where the alert does', () => {
    const red = (uid: string, title: string) =>
      panel(uid, title)
        .fieldConfig?.defaults.thresholds?.steps.filter(({ color }) => color === 'red')
        .map(({ value }) => value);
    const { errorRate, headroom, spend, exhaustionForecast } = DEFAULT_CONFIG;
    expect(red('anthropic-triage', `Error rate (last ${errorRate.window})`)).toEqual([errorRate.ratio]);
    expect(red('anthropic-triage', `Error rate after retries, by model (${errorRate.window})`)).toEqual([
      errorRate.ratio,
    ]);
    expect(red('anthropic-errors', 'Error rate in the time range')).toEqual([errorRate.ratio]);
    expect(red('anthropic-rate-limits', 'Left of each limit')).toEqual([headroom.ratio]);
    expect(red('anthropic-rate-limits', 'Used up in')).toEqual([seconds(exhaustionForecast.horizon)]);
    expect(red('anthropic-cost', 'At this rate, USD a day')).toEqual([spend.dailyBudgetUsd]);
    expect(red('anthropic-cost', `Budget of $${spend.dailyBudgetUsd} a day`)).toEqual([1]);
  });
});

function legendShown({ type, options }: PanelJson): boolean {
  if (type === 'timeseries') return options?.legend?.showLegend === true;
  if (type === 'heatmap') return options?.legend?.show === true;
  return true;
}
