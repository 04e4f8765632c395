/** Cost: totals of the time range, to compare with the bill. */
import { attributionAttribute } from '../../../signals/names.ts';
import { indent, prometheusLabel } from '../../alerts/promql.ts';
import { runbook } from '../lib/links.ts';
import type { SizedPanel } from '../lib/options.ts';
import { orWord, type Queries } from '../lib/queries.ts';
import { LABEL } from '../lib/selectors.ts';
import { ONLY } from '../lib/signals.ts';
import { MONEY, NO_DATA } from '../lib/style.ts';
import { linkColumns, linked, ofService, serviceColumns, table, type ValueColumn } from '../lib/table.ts';

const MODEL = [LABEL.requestModel];

export function byModel(q: Queries): SizedPanel {
  const of = (title: string, key: CountKey): ValueColumn => ({
    title,
    expr: q.total(key, MODEL, ONLY.ofModel),
    unit: 'locale',
  });
  return table({
    title: 'Totals of the time range, by model',
    description:
      'Compare these with the bill. Input includes cache reads and writes; output includes thinking.',
    noValue: NO_DATA.traffic,
    labels: [{ label: LABEL.requestModel, title: 'Model' }],
    values: [
      { title: 'USD', expr: q.total('cost', MODEL), unit: MONEY, decimals: 2 },
      of('Calls', 'calls'),
      of('Input', 'inputTokens'),
      of('of which cache reads', 'cacheReadTokens'),
      of('of which cache writes', 'cacheWriteTokens'),
      of('Output', 'outputTokens'),
      of('of which thinking', 'reasoningTokens'),
      of('Calls without a price', 'unpricedCalls'),
    ],
    links: [runbook(q.config, 'AnthropicSpendHigh')],
    width: 24,
    height: 8,
  });
}

type CountKey =
  | 'calls'
  | 'inputTokens'
  | 'cacheReadTokens'
  | 'cacheWriteTokens'
  | 'outputTokens'
  | 'reasoningTokens'
  | 'unpricedCalls';

export function byService(q: Queries): SizedPanel {
  return table({
    title: 'Totals of the time range, by service',
    description: 'The cost of each service. Click a service to see it alone.',
    noValue: NO_DATA.traffic,
    labels: [
      ...serviceColumns(q).map((column) =>
        column.label === 'job'
          ? { ...column, links: [ofService(q, 'anthropic-cost', 'Only this service')] }
          : column,
      ),
      ...linkColumns(q),
    ],
    values: [
      { title: 'USD', expr: linked(q, q.total('cost', q.service)), unit: MONEY, decimals: 2 },
      { title: 'Calls', expr: q.total('calls', q.service, ONLY.ofModel), unit: 'locale' },
    ],
    links: [runbook(q.config, 'AnthropicSpendHigh')],
    width: 12,
    height: 8,
  });
}

export function byAttribution(q: Queries): SizedPanel {
  const label = `${prometheusLabel(attributionAttribute(''))}$attribution`;
  // Uses a label with a distinct name, because the table identifies its columns by name.
  const by = (key: CountKey | 'cost', matchers = {}) =>
    orWord(
      `sum by (attribution) (label_replace(\n${indent(q.total(key, [label], matchers))},\n  "attribution", "$1", "${label}", "(.*)"\n))`,
      'attribution',
      'not set',
    );
  return table({
    title: 'Totals of the time range, by $attribution',
    description:
      'Set the attribution key with the variable above, to one of the `attributionKeys` of the application. Calls without it are in the row "not set".',
    noValue: NO_DATA.traffic,
    labels: [{ label: 'attribution', title: 'Attributed to' }],
    values: [
      { title: 'USD', expr: by('cost'), unit: MONEY, decimals: 2 },
      { title: 'Calls', expr: by('calls', ONLY.ofModel), unit: 'locale' },
    ],
    links: [runbook(q.config, 'AnthropicSpendHigh')],
    width: 12,
    height: 8,
  });
}
