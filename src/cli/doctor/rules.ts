/** Checks whether a Prometheus has the rules of this version and configuration, each exactly once, and can evaluate them. */
import { parse } from 'yaml';
import type { CliConfig } from '../config/config.ts';
import { rulesYaml } from '../export/mixin.ts';
import type { Finding } from './finding.ts';
import type { PrometheusApi } from './prometheus-api.ts';

interface LoadedRule {
  readonly name: string;
  readonly query: string;
  readonly health: string;
  readonly lastError?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface WantedRule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Checks the rules of `api`. */
export async function checkRules(api: PrometheusApi, config: CliConfig): Promise<Finding[]> {
  const { groups } = await api.get<{ groups: { rules: LoadedRule[] }[] }>('rules');
  const loaded = byName(
    groups.flatMap(({ rules }) => rules),
    ({ name }) => name,
  );
  const wanted = byName(wantedRules(config), ({ alert, record }) => alert ?? record ?? '');
  if (![...wanted.keys()].some((name) => loaded.has(name))) {
    return [
      {
        id: 'rules-missing',
        problem: 'Prometheus has none of the rules.',
        fix: 'Run npx anthropic-otel export, and add alerts/anthropic.rules.yaml to rule_files.',
      },
    ];
  }
  return [
    ...checkHealth(loaded, wanted),
    ...(await checkVersions(api, loaded, wanted)),
    ...checkLeftOver(loaded, wanted),
    ...checkTwice(loaded, wanted),
  ];
}

type Loaded = ReadonlyMap<string, readonly LoadedRule[]>;
type Wanted = ReadonlyMap<string, readonly WantedRule[]>;

function byName<Rule>(rules: readonly Rule[], nameOf: (rule: Rule) => string): Map<string, Rule[]> {
  const groups = new Map<string, Rule[]>();
  for (const rule of rules) groups.set(nameOf(rule), [...(groups.get(nameOf(rule)) ?? []), rule]);
  return groups;
}

function wantedRules(config: CliConfig): WantedRule[] {
  const { groups } = parse(rulesYaml(config)) as { groups: { rules: WantedRule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

function checkHealth(loaded: Loaded, wanted: Wanted): Finding[] {
  const failing = [...wanted.keys()]
    .flatMap((name) => loaded.get(name) ?? [])
    .filter(({ health }) => health === 'err');
  return failing.map(({ name, lastError }) => ({
    id: 'rules-failing',
    problem: `The rule ${name} fails: ${lastError ?? 'unknown'}.`,
    fix: 'Open the Rules page of Prometheus. Check whether a second Prometheus or a relabeling duplicates series.',
  }));
}

async function checkVersions(api: PrometheusApi, loaded: Loaded, wanted: Wanted): Promise<Finding[]> {
  const old: string[] = [];
  for (const [name, rules] of wanted) {
    const present = loaded.get(name) ?? [];
    for (const rule of rules) if (!(await isLoaded(api, rule, present))) old.push(name);
  }
  if (old.length === 0) return [];
  return [
    {
      id: 'rules-old',
      problem: `The rules in Prometheus come from another version or configuration: ${listed(old)} differ.`,
      fix: 'Run npx anthropic-otel export, load the new alerts/anthropic.rules.yaml, and reload Prometheus.',
    },
  ];
}

/**
 * Whether the loaded rules of the same name include this query and these annotations. If the queries differ as text, Prometheus
 * formats both for the comparison.
 */
async function isLoaded(
  api: PrometheusApi,
  { expr, annotations = {} }: WantedRule,
  present: readonly LoadedRule[],
): Promise<boolean> {
  const format = (query: string): Promise<string> =>
    api.get<string>('format_query', { query }).catch(() => query);
  for (const rule of present) {
    if (!sameTexts(rule.annotations ?? {}, annotations)) continue;
    if (squeezed(rule.query) === squeezed(expr)) return true;
    if (squeezed(await format(rule.query)) === squeezed(await format(expr))) return true;
  }
  return false;
}

function squeezed(query: string): string {
  return query.replace(/\s/g, '');
}

function sameTexts(left: Readonly<Record<string, string>>, right: Readonly<Record<string, string>>): boolean {
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => left[key] === right[key]);
}

/** Finds alerts of this package, recognized by their labels and links, that this version and configuration do not have. */
function checkLeftOver(loaded: Loaded, wanted: Wanted): Finding[] {
  const leftOver = [...loaded]
    .filter(([name, rules]) => !wanted.has(name) && rules.some(isOfPack))
    .map(([name]) => name);
  if (leftOver.length === 0) return [];
  return [
    {
      id: 'rules-left-over',
      problem: `Prometheus has ${listed(leftOver)}, which this version and configuration do not have: a file of another version is also loaded.`,
      fix: 'Find the file on the Rules page of Prometheus, and remove it from rule_files.',
    },
  ];
}

function isOfPack({ name, labels = {}, annotations = {} }: LoadedRule): boolean {
  const runbook = annotations['runbook_url'] ?? '';
  return name.startsWith('Anthropic') && 'fault' in labels && runbook.includes(name);
}

function checkTwice(loaded: Loaded, wanted: Wanted): Finding[] {
  const twice = [...wanted]
    .filter(([name, rules]) => (loaded.get(name)?.length ?? 0) > rules.length)
    .map(([name]) => name);
  if (twice.length === 0) return [];
  return [
    {
      id: 'rules-twice',
      problem: `Prometheus has ${listed(twice)} more than once, because two files with the rules are loaded.`,
      fix: 'Keep only alerts/anthropic.rules.yaml in rule_files. It contains all rules, including the recording rules.',
    },
  ];
}

function listed(names: readonly string[]): string {
  const distinct = [...new Set(names)];
  return distinct.slice(0, 3).join(', ') + (distinct.length > 3 ? ` and ${distinct.length - 3} more` : '');
}
