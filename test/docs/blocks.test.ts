/** Every code block of README and docs is run as it stands there. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { findPrometheusTools } from '../../dev/prometheus-tools.ts';
import { DEFAULTS } from '../../src/cli/config/config.ts';
import { rulesYaml } from '../../src/cli/export/mixin.ts';
import { ROOT } from '../helpers/process.ts';
import { type Block, blocksOf, commandsOf, PAGES } from './support/blocks.ts';
import { checkWith, Session } from './support/session.ts';

/** Output and drawings: there is nothing to run. */
const OUTPUT = ['', 'text'];

async function problemOf(block: Block, session: Session): Promise<string | undefined> {
  const { language, text } = block;
  if (language === 'js' || language === 'ts') return session.program(block);
  if (language === 'yaml') return problemOfYaml(text, session.folder);
  if (language === 'promql') return problemOfQuery(text, session.folder);
  if (language === 'ini') {
    const wrong = text.split('\n').find((line) => !/^(?:\[[\w.]+\]|\w+ = .+)?$/.test(line));
    return wrong && `not a setting: ${wrong}`;
  }
  if (language !== 'sh') return `no way to run ${language}`;
  for (const command of commandsOf(block)) {
    const problem = await session.command(command);
    if (problem) return problem;
  }
  return undefined;
}

/** Prometheus configurations are for promtool; the others are objects of Kubernetes. */
async function problemOfYaml(text: string, folder: string): Promise<string | undefined> {
  const documents = parseAllDocuments(text).map((document) => document.toJS() as Record<string, unknown>);
  if (documents.some((document) => 'scrape_configs' in document || 'alerting' in document)) {
    const { promtool } = await findPrometheusTools();
    writeFileSync(join(folder, 'prometheus.yml'), text);
    writeFileSync(join(folder, 'anthropic.rules.yaml'), rulesYaml(DEFAULTS));
    return checkWith(promtool, ['check', 'config', join(folder, 'prometheus.yml')]);
  }
  const named = documents.every(
    ({ apiVersion, kind, metadata }) =>
      apiVersion && kind && (metadata as { name?: string } | undefined)?.name,
  );
  return named ? undefined : 'neither a Prometheus configuration nor an object of Kubernetes';
}

async function problemOfQuery(text: string, folder: string): Promise<string | undefined> {
  const { promtool } = await findPrometheusTools();
  const file = join(folder, 'query.yaml');
  writeFileSync(file, JSON.stringify({ groups: [{ name: 'g', rules: [{ record: 'r', expr: text }] }] }));
  return checkWith(promtool, ['check', 'rules', file]);
}

describe.each(PAGES.filter((page) => blocksOf(page).some(({ language }) => !OUTPUT.includes(language))))(
  '%s',
  (page) => {
    test('has blocks that run', async () => {
      const session = await Session.open();
      const problems: string[] = [];
      for (const block of blocksOf(page)) {
        if (OUTPUT.includes(block.language) || block.notRun !== undefined || block.runBy) continue;
        const problem = await problemOf(block, session);
        if (problem) problems.push(`${page}:${block.line}: ${problem}`);
      }
      expect(problems).toEqual([]);
    }, 120_000);
  },
);

test('a block that another test runs is read by that test', () => {
  const files = new Set(PAGES.flatMap(blocksOf).flatMap(({ runBy }) => runBy ?? []));
  for (const file of files)
    expect(readFileSync(join(ROOT, file), 'utf8')).toContain(`commandsRunBy('${file}')`);
});

test('the blocks that cannot be run here need a container engine or a cluster', () => {
  const reasons = PAGES.flatMap(blocksOf).flatMap(({ notRun }) => notRun ?? []);
  expect(reasons.map((reason) => reason.split(';')[0])).toEqual([
    'needs a container engine',
    'needs a cluster',
  ]);
});
