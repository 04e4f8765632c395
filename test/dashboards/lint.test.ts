/** The rules of dashboard-linter and the traps of the builders, as tests. */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ruleGroups } from '../../src/mixin/alerts/groups.ts';
import { isAlert } from '../../src/mixin/alerts/rule.ts';
import { DEFAULT_CONFIG } from '../../src/mixin/config.ts';
import {
  COLORS,
  FAULT_COLORS,
  MODEL_COLORS,
  STATUS_PAGE,
  variable,
} from '../../src/mixin/dashboards/lib/style.ts';
import { COST_KINDS } from '../../src/model/cost.ts';
import { difference } from './support/color.ts';
import { DASHBOARDS, type PanelJson, panelsOf } from './support/panels.ts';

describe.each(DASHBOARDS)('$path', ({ path, json }) => {
  const panels = panelsOf(json).filter(({ type }) => type !== 'row');
  const querying = panels.filter(
    ({ targets, datasource }) => targets?.length && datasource?.type === 'prometheus',
  );

  it('is a classic dashboard that imports and provisions', () => {
    expect(json).toMatchObject({
      id: null,
      editable: true,
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
    const names = others.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['cluster', 'namespace', 'job', 'instance', 'model', 'method']),
    );
    expect(names.slice(-3)).toEqual(['recorded', 'logs', 'traces']);
    for (const { name, current, type } of others) {
      if (type === 'textbox') expect(current?.value, name).toMatch(/./);
    }
    for (const variable of others.filter(({ type, name }) => type === 'query' && name !== 'recorded')) {
      expect(variable).toMatchObject({
        refresh: 2,
        multi: true,
        allValue: '.*',
      });
    }
  });

  it('shows firing alerts on every graph', () => {
    expect(json.annotations.list.map(({ expr }) => expr).join()).toContain('ALERTS|GRAFANA_ALERTS');
  });

  it('has unique ids and references', () => {
    const ids = panelsOf(json).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(Math.min(...ids)).toBeGreaterThan(0);
    for (const { targets = [] } of querying) {
      const references = targets.map(({ refId }) => refId);
      expect(references).toEqual([...'ABCDEFGHIJ'].slice(0, references.length));
    }
  });

  it('has panels that do not overlap and fill their line', () => {
    // The panels of a closed row take no room before it is opened.
    for (const group of [json.panels, ...json.panels.map((panel) => panel.panels ?? [])]) {
      const cells = new Set<string>();
      for (const { title, gridPos } of group) {
        expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
        for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
          for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
            expect(cells.has(`${x} ${y}`), `${title} overlaps`).toBe(false);
            cells.add(`${x} ${y}`);
          }
        }
      }
      const rows = new Set(
        group.flatMap(({ gridPos: { y, h } }) => Array.from({ length: h }, (_, i) => y + i)),
      );
      expect(cells.size).toBe(24 * rows.size);
    }
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

  it('has titles that a phone shows whole', () => {
    for (const { title } of panels) expect(title.length, title).toBeLessThanOrEqual(45);
  });

  it('leads from every panel to a runbook', () => {
    for (const panel of panels.filter(({ type }) => !['alertlist', 'logs', 'table'].includes(type))) {
      expect(JSON.stringify(panel), panel.title).toMatch(/runbooks\/\w+\.md/);
    }
  });

  it('links to runbooks that exist', () => {
    const names = [...JSON.stringify(json).matchAll(/\/runbooks\/(\w+)\.md/g)].map(([, name]) => name);
    expect(names.filter((name) => !existsSync(`runbooks/${name}.md`))).toEqual([]);
  });

  it('links to no organization, and between dashboards that exist', () => {
    const text = JSON.stringify(json);
    expect(text).not.toContain('orgId');
    const uids = DASHBOARDS.map((dashboard) => dashboard.json.uid);
    for (const [, uid] of text.matchAll(/"url":"\/d\/([\w-]+)\?/g)) expect(uids).toContain(uid);
  });
});

it('every alert links to a dashboard that exists, and its service labels are variables of it', () => {
  const alerts = ruleGroups(DEFAULT_CONFIG)
    .flatMap(({ rules }) => rules)
    .filter(isAlert);
  for (const { alert, dashboard } of alerts) {
    const target = DASHBOARDS.find(({ json }) => json.uid === dashboard);
    const names = target?.json.templating.list.map(({ name }) => name);
    expect(names, alert).toEqual(expect.arrayContaining([...DEFAULT_CONFIG.groupingLabels, 'model']));
  }
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

  it('triage leads to the status page, and from each page to its runbook', () => {
    const triage = DASHBOARDS.find(({ json }) => json.uid === 'anthropic-triage')?.json;
    expect(triage?.links.map(({ url }) => url)).toContain(STATUS_PAGE);
    expect(JSON.stringify(panel('anthropic-triage', 'What to do'))).toContain(STATUS_PAGE);
    const { links, targets } = panel('anthropic-triage', 'Pages');
    for (const [index, { url }] of (links ?? []).entries()) {
      const alert = /(\w+)\.md$/.exec(url)?.[1];
      expect(targets?.[index]?.expr).toContain(`alertname="${alert}"`);
    }
    expect(links).toHaveLength(4);
  });

  it('a click on a service shows it alone', () => {
    const { fieldConfig } = panel('anthropic-triage', 'Services (last 5 minutes)');
    const urls = fieldConfig?.overrides
      .flatMap(({ properties }) => properties)
      .filter(({ id }) => id === 'links')
      .flatMap(({ value }) => (value as { url: string }[]).map(({ url }) => url));
    expect(urls?.[0]).toContain('/d/anthropic-triage?');
    for (const [label, column] of [
      // These are there also where services have no cluster and no namespace.
      ['cluster', 'link_cluster'],
      ['namespace', 'link_namespace'],
      ['job', 'Service'],
    ]) {
      expect(urls?.[0]).toContain(`var-${label}=${variable(`__data.fields["${column}"]`)}`);
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

  it('bad begins where the alert does', () => {
    const bad = (uid: string, title: string) =>
      panel(uid, title)
        .fieldConfig?.defaults.thresholds?.steps.filter(({ color }) => color === COLORS['error'])
        .map(({ value }) => value);
    const { errorRate, rateLimit, errorBudget } = DEFAULT_CONFIG;
    expect(bad('anthropic-triage', 'Error rate (5m)')).toEqual([errorRate.ratio]);
    expect(bad('anthropic-triage', 'Burn rate (1h)')).toEqual([errorBudget.page[0]?.factor]);
    expect(bad('anthropic-errors', 'Error rate in the time range')).toEqual([errorRate.ratio]);
    expect(bad('anthropic-rate-limits', 'Left of each limit: the 10 lowest')).toEqual([rateLimit.headroom]);
  });
});

describe('colors', () => {
  it('every color is visible in both themes', () => {
    const colors = Object.entries({ ...COLORS, ...MODEL_COLORS });
    const faint = colors.filter(
      ([, color]) => contrast(color, '#181b1f') < 2.3 || contrast(color, '#ffffff') < 1.2,
    );
    expect(faint).toEqual([]);
  });

  it('a 401 is never the color of good', () => {
    for (const word of ['401', 'config', 'authentication_error'])
      expect(COLORS[word]).not.toBe(FAULT_COLORS.none);
  });

  it.each(['deuteranopia', 'protanopia', 'none'] as const)(
    'models have colors that stay apart with %s',
    (vision) => {
      const models = Object.entries(MODEL_COLORS);
      for (const [index, [model, color]] of models.entries()) {
        for (const [other, second] of models.slice(index + 1)) {
          expect(difference(color, second, vision), `${model} and ${other}`).toBeGreaterThan(12);
        }
      }
    },
  );

  it.each(['deuteranopia', 'protanopia', 'none'] as const)(
    'kinds of tokens have colors that stay apart with %s',
    (vision) => {
      const kinds = COST_KINDS.filter((kind) => kind !== 'web_search');
      for (const [index, kind] of kinds.entries()) {
        for (const other of kinds.slice(index + 1)) {
          const [color = '', second = ''] = [COLORS[kind], COLORS[other]];
          expect(difference(color, second, vision), `${kind} and ${other}`).toBeGreaterThan(20);
        }
      }
    },
  );

  it.each(['deuteranopia', 'protanopia', 'none'] as const)(
    'faults have colors that stay apart with %s',
    (vision) => {
      const faults = Object.entries(FAULT_COLORS);
      const near = faults.flatMap(([fault, color], index) =>
        faults
          .slice(index + 1)
          .filter(([, other]) => difference(color, other, vision) < (vision === 'protanopia' ? 12 : 20))
          .map(([other]) => `${fault} and ${other}`),
      );
      expect(near).toEqual([]);
      // What must never be mistaken.
      expect(difference(FAULT_COLORS.none, FAULT_COLORS.anthropic, vision)).toBeGreaterThan(40);
    },
  );
});

/** The contrast of two colors as of WCAG: 1 is none, 21 is black on white. */
function contrast(...colors: readonly [string, string]): number {
  const [darker = 0, lighter = 0] = colors.map(luminance).toSorted((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function legendShown({ type, options }: PanelJson): boolean {
  if (type === 'timeseries') return options?.legend?.showLegend === true;
  if (type === 'heatmap') return options?.legend?.show === true;
  return true;
}
