/** Bars of failed attempts by one label. */
import { type GraphOptions, graph } from '../lib/graph.ts';
import { runbook } from '../lib/links.ts';
import type { SizedPanel } from '../lib/options.ts';
import { orWord, type Queries } from '../lib/queries.ts';
import { ONLY } from '../lib/signals.ts';
import { NO_DATA } from '../lib/style.ts';

/** Failed attempts by `label`. `missing` is the name for attempts without the label. */
export function failedBy(
  q: Queries,
  title: string,
  description: string,
  label: string,
  options: Pick<GraphOptions, 'colored' | 'coloredBy' | 'width'> & { readonly missing?: string } = {},
): SizedPanel {
  const { missing = 'none', ...rest } = options;
  return graph({
    title,
    description,
    unit: 'locale',
    queries: [
      {
        expr: orWord(q.bars('attempts', [label], ONLY.failed), label, missing),
        total: orWord(q.total('attempts', [label], ONLY.failed), label, missing),
        legend: `{{${label}}}`,
      },
    ],
    noValue: NO_DATA.failures,
    style: 'bars',
    links: [runbook(q.config)],
    ...rest,
  });
}
