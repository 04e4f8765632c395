/** The text of a new configuration: the settings that most services change, with their defaults and meanings. */
import { type CliConfig, DEFAULTS } from '../config/config.ts';

/** The file formats. */
export type ConfigFormat = 'ts' | 'mjs' | 'json';

/** Settings for which `init` may have better values than the defaults. */
export type Known = Partial<CliConfig>;

/** The settings of a new file, by path, with their meaning. */
export const SHOWN: readonly (readonly [path: string, meaning: string])[] = [
  ['urls.grafana', 'The Grafana that notifications link to.'],
  ['urls.runbooks', 'The address of the runbooks.'],
  [
    'receivers.webhook',
    'Where notifications go. slack, pagerduty, opsgenie and email are available too: see the type.',
  ],
  ['labels', "Labels that every alert gets for your own routes, such as { team: 'ai-platform' }."],
  ['errorBudget.objective', 'The SLO: the share of calls that must succeed.'],
  ['errorRate.ratio', 'Pages above this share of failed calls in 5 minutes.'],
  ['retriesExhausted.allowedCalls', 'Pages if more calls than this run out of retries in 5 minutes.'],
  ['spend.dailyBudgetUsd', 'What a service may cost in 24 hours, in USD, before a ticket is opened.'],
  ['prometheus.job', 'The name of the service in dashboards and alerts.'],
  ['prometheus.targets', 'Where its metrics are.'],
  ['out', 'The folder that `npx anthropic-otel export` writes to.'],
];

/** A new configuration. */
export function configText(format: ConfigFormat, known: Known): string {
  const tree = settingsTree(known);
  if (format === 'json') return `${JSON.stringify(plain(tree), undefined, 2)}\n`;
  const [before, after] =
    format === 'ts'
      ? [
          "import type { MonitoringConfig } from 'anthropic-otel';\n\nexport default {",
          '} satisfies MonitoringConfig;',
        ]
      : ["/** @type {import('anthropic-otel').MonitoringConfig} */\nexport default {", '};'];
  return [
    '// Settings of the dashboards and alerts. Omitted settings have their default. The type documents all settings.',
    '// After a change: npx anthropic-otel export',
    before,
    ...source(tree, 1),
    after,
    '',
  ].join('\n');
}

interface Leaf {
  readonly value: unknown;
  readonly meaning: string;
}
type Tree = Map<string, Leaf | Tree>;

function settingsTree(known: Known): Tree {
  const root: Tree = new Map();
  for (const [path, meaning] of SHOWN) {
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    let node = root;
    for (const key of keys) {
      const next = (node.get(key) as Tree | undefined) ?? new Map();
      node.set(key, next);
      node = next;
    }
    node.set(last, { value: valueAt(known, path) ?? valueAt(DEFAULTS, path), meaning });
  }
  return root;
}

/** The value of a setting. */
export function valueAt(settings: object, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], settings);
}

function source(tree: Tree, depth: number): string[] {
  const indent = '  '.repeat(depth);
  return [...tree].flatMap(([key, node]) =>
    node instanceof Map
      ? [`${indent}${key}: {`, ...source(node, depth + 1), `${indent}},`]
      : [`${indent}// ${node.meaning}`, `${indent}${key}: ${literal(node.value)},`],
  );
}

function literal(value: unknown): string {
  if (typeof value === 'string') return `'${value.replace(/['\\]/g, '\\$&')}'`;
  return Array.isArray(value) ? `[${value.map(literal).join(', ')}]` : JSON.stringify(value);
}

function plain(tree: Tree): object {
  return Object.fromEntries(
    [...tree].map(([key, node]) => [key, node instanceof Map ? plain(node) : node.value]),
  );
}
