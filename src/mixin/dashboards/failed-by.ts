/** Bars of failed attempts by one label. */
import type { SizedPanel } from './panel-options.ts';
import { graph } from './panels.ts';
import { named, perBar } from './queries.ts';
import { ONLY } from './signals.ts';
import { NO_DATA } from './style.ts';

/** Failed attempts by `label`; `missing` names those without it. */
export function failedBy(
  title: string,
  description: string,
  label: string,
  options: { readonly colored?: readonly string[]; readonly missing?: string; readonly width?: number } = {},
): SizedPanel {
  const { missing = 'none', ...rest } = options;
  return graph({
    title,
    description,
    unit: 'locale',
    queries: [
      { expr: named(perBar('attempts', [label], ONLY.failed), label, missing), legend: `{{${label}}}` },
    ],
    noValue: NO_DATA.failures,
    style: 'bars',
    ...rest,
  });
}
