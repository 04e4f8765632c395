/** The workflows of CI: they parse, what they run is there, and every action is pinned by the digest of a release. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { ROOT } from '../helpers/process.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
}
interface Workflow {
  readonly on?: object;
  readonly permissions?: object;
  readonly jobs: Readonly<
    Record<string, { 'runs-on': string; 'timeout-minutes'?: number; steps: readonly Step[] }>
  >;
}

const FOLDER = join(ROOT, '.github/workflows');
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Readonly<Record<string, string>>;
};

describe.each(readdirSync(FOLDER))('%s', (name) => {
  const text = readFileSync(join(FOLDER, name), 'utf8');
  const document = parseDocument(text);
  const { on, permissions, jobs } = document.toJS() as Workflow;
  const steps = Object.values(jobs).flatMap((job) => job.steps);

  test('parses, grants no more than reading by default, and bounds every job', () => {
    expect([...document.errors, ...document.warnings]).toEqual([]);
    expect(on).toBeTypeOf('object');
    expect(permissions).toEqual({ contents: 'read' });
    for (const job of Object.values(jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0);
  });

  test('pins every action by digest, with the release beside it', () => {
    const uses = steps.flatMap((step) => step.uses ?? []);
    expect(uses.filter((each) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/.test(each))).toEqual([]);
    const commented = text.match(/uses: \S+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/gm) ?? [];
    expect(commented).toHaveLength(uses.length);
  });

  test('runs scripts and files that are there', () => {
    const lines = steps.flatMap(({ run = '' }) => run.split('\n'));
    const missing = lines.filter((line) => {
      const script = /^npm run ([\w:-]+)/.exec(line)?.[1];
      const file = /^(?:node )?([\w./-]+\.mjs|\.ci\/run)/.exec(line)?.[1];
      return (script && !(script in scripts)) || (file && !existsSync(join(ROOT, file)));
    });
    expect(missing).toEqual([]);
  });
});
