/** What every text states about retries agrees with `docs/errors.md`, which is made from the code. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ERROR_TYPES, isRetryableStatus, statusOf } from '../src/model/errors.ts';

const ROOT = join(import.meta.dirname, '..');
const markdownIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);
const TEXTS = [
  'README.md',
  'src/observe.ts',
  'src/options.ts',
  ...markdownIn('docs'),
  ...markdownIn('runbooks'),
];

/** The rows of the table, by their first cell. */
const rows = new Map(
  readFileSync(join(ROOT, 'docs/errors.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, what = '', ...cells]) => [what, cells] as const),
);

describe('docs/errors.md', () => {
  test('has every error type of the table', () => {
    const text = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8');
    for (const type of ERROR_TYPES) expect(text).toContain(`\`${type}\``);
  });

  test('has a row for every status with a type, and states for each what the SDK does', () => {
    for (const type of ERROR_TYPES) {
      const status = statusOf(type);
      if (status === undefined) continue;
      const retries = rows.get(String(status))?.[3];
      expect(retries === 'yes', `${status}: ${retries}`).toBe(isRetryableStatus(status, null));
    }
  });

  test.each([
    ['429', /at most 4 times, after `retry-after`/],
    ['500', /Retry once/],
    ['529', /at most 3 times within 30 s/],
    ['401', /Do not retry/],
  ])('advises for %s what the guides do', (status, advice) => {
    expect(rows.get(status)?.[4]).toMatch(advice);
  });

  test('names an alert and a runbook for every failure', () => {
    for (const [what, cells] of rows) {
      if (what === 'status' || what === '---') continue;
      expect(cells[5], what).toMatch(/\]\(\.\.\/runbooks\/\w+\.md\)/);
    }
  });
});

test.each(TEXTS)('%s advises no retries beyond those of docs/errors.md', (path) => {
  // What was measured is no advice.
  const text = readFileSync(join(ROOT, path), 'utf8').replace(/^\| the SDK with .*$/gm, '');
  expect(text).not.toMatch(/maxRetries`?\s*:\s*(?:[3-9]|\d\d)/);
  expect(text).not.toMatch(/(?<!not )raise `?maxRetries/i);
});
