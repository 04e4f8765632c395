/** `anthropic-otel export`: writes dashboards, rules, routing and runbooks for the user's configuration. */
import { relative, resolve } from 'node:path';
import { defineCommand, EXIT, usageError } from '../command.ts';
import { loadConfig } from '../config/load.ts';
import type { File } from '../package-files.ts';
import { applyPlan, type Change, makePlan } from './plan.ts';
import { patchOf, printChanges, printDiff } from './print.ts';
import { filesOf, TARGETS, type Target } from './targets.ts';

const NAMES = Object.keys(TARGETS) as Target[];

export const exportCommand = defineCommand({
  name: 'export',
  summary: 'Write dashboards, alert rules, Alertmanager routing and runbooks, for your configuration.',
  argumentsHelp: '[TARGET...]',
  options: {
    out: {
      type: 'string',
      short: 'o',
      value: 'DIR',
      description: 'the folder to write (default: monitoring)',
    },
    config: {
      type: 'string',
      value: 'FILE',
      description: 'the configuration (default: anthropic-otel.config.*)',
    },
    check: {
      type: 'boolean',
      description: 'write nothing; exit 1 if a file differs from what would be written',
    },
    force: { type: 'boolean', description: 'overwrite files that you changed' },
    'full-diff': { type: 'boolean', description: 'print differences at full length' },
  },
  details: `Targets (default: all):
  dashboards            Grafana dashboards
  alerts                rules for Prometheus, Thanos and vmalert; for Mimir; PrometheusRule; Helm values of
                        kube-prometheus-stack; Grafana-managed alerts and the recording rules that they need;
                        records that make dashboards of large fleets faster
  alertmanager          a complete Alertmanager configuration, the part to paste into yours, templates
  runbooks              the runbook of each alert
  grafana-provisioning  dashboard provider, data source, ConfigMaps for the sidecar of Grafana
  prometheus            an example of a Prometheus configuration that scrapes and alerts

A file that you changed since the last export is not overwritten: its difference is printed, nothing is written,
and the exit code is 1. Keep your settings in anthropic-otel.config.*, and changes are not needed.`,
  async run({ values, positionals }, io) {
    const targets = targetsOf(positionals);
    const { config } = await loadConfig(io.cwd, values.config);
    const folder = resolve(io.cwd, values.out ?? config.out);
    const files: Record<string, readonly File[]> = {};
    for (const target of targets) files[target] = await filesOf(target, config);
    const plan = await makePlan(folder, files);
    const changed = plan.changes.filter(({ kind }) => kind !== 'unchanged');
    const conflicts = changed.filter(({ kind }) => kind === 'conflict');
    const shown = relative(io.cwd, folder) || '.';
    const blocked = !values.check && conflicts.length > 0 && !values.force;
    const written = !values.check && !blocked;
    if (written) await io.progress(`writing ${changed.length} files`, applyPlan(plan));
    io.printJson({ folder, written, changes: changed.map(toJson) });

    if (changed.length === 0) {
      io.print(`${shown} is up to date: ${plan.changes.length} files.`);
      return EXIT.ok;
    }
    if (written) {
      io.print(`Wrote ${changed.length} of ${plan.changes.length} files in ${shown}:`);
      printChanges(changed, io);
      return EXIT.ok;
    }
    for (const change of values.check ? changed : conflicts) {
      if (change.kind !== 'create') printDiff(change, io, values['full-diff'] ?? false);
    }
    if (blocked) {
      io.print(`You changed ${counted(conflicts.length)} in ${shown}, so nothing was written:`);
      printChanges(conflicts, io);
      io.print('Move your settings to anthropic-otel.config.*, or overwrite your changes with --force.');
    } else {
      io.print(`${counted(changed.length)} in ${shown} would change:`);
      printChanges(changed, io);
      io.print('Write them with: npx anthropic-otel export');
    }
    return EXIT.problem;
  },
});

function targetsOf(names: readonly string[]): readonly Target[] {
  if (names.length === 0 || names.includes('all')) return NAMES;
  const unknown = names.filter((name) => !Object.hasOwn(TARGETS, name));
  if (unknown.length > 0) {
    throw usageError(`unknown target "${unknown[0]}"`, `There are: all, ${NAMES.join(', ')}`);
  }
  return names as Target[];
}

function counted(files: number): string {
  return files === 1 ? '1 file' : `${files} files`;
}

function toJson(change: Change): object {
  const { path, target, kind, before, after } = change;
  return { path, target, kind, ...(kind !== 'create' && { diff: patchOf(path, before, after) }) };
}
