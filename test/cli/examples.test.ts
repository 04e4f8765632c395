/** Every example that needs no further package runs with its one command. `npm run test:examples` runs the others too. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT, run } from '../helpers/process.ts';

const FOLDER = join(ROOT, 'examples');
const EXAMPLES = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const manifestOf = (name: string): { dependencies: object; example: { start: string } } =>
  JSON.parse(readFileSync(join(FOLDER, name, 'package.json'), 'utf8'));
const isInstalled = (name: string): boolean => existsSync(join(ROOT, 'node_modules', name));
const SELF_CONTAINED = EXAMPLES.filter((name) =>
  Object.keys(manifestOf(name).dependencies).every((each) => each === 'anthropic-otel' || isInstalled(each)),
);

describe('examples', () => {
  test.each(SELF_CONTAINED)('%s runs, and its calls are recorded', async (name) => {
    const ended = await run(ROOT, ['examples/run.mjs', name]);
    expect(ended.code, ended.stderr).toBe(0);
    const recorded = `${ended.stdout}${ended.stderr}`;
    expect(recorded).toMatch(/"event":"anthropic\.call".*"outcome":"ok"|'anthropic\.client\.calls'/);
    expect(recorded).not.toMatch(/^anthropic-otel: /m);
  });

  test('each is named in the page of examples', () => {
    const page = readFileSync(join(FOLDER, 'README.md'), 'utf8');
    expect(EXAMPLES.filter((name) => !page.includes(`node examples/run.mjs ${name}\n`))).toEqual([]);
  });

  test('an example that does not exist is a wrong command line', async () => {
    const ended = await run(ROOT, ['examples/run.mjs', 'nothing']);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('streaming');
  });
});
