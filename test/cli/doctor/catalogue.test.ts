import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../../../dev/processes.ts';

const readAll = (folder: string): string =>
  readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');

test('every finding has a test that breaks exactly that, and a row in the page on troubleshooting', () => {
  const written = readAll(join(ROOT, 'src/cli/doctor')).matchAll(
    /\bid: '([a-z-]+)'|clockFinding\(\s*'([a-z-]+)'/g,
  );
  const ids = new Set([...written].map(([, plain, clock]) => plain ?? clock ?? ''));
  expect(ids.size).toBeGreaterThan(40);
  const tests = readAll(import.meta.dirname);
  const page = readFileSync(join(ROOT, 'docs/troubleshooting.md'), 'utf8');
  expect([...ids].filter((id) => !tests.includes(id))).toEqual([]);
  expect([...ids].filter((id) => !page.includes(`| \`${id}\` |`))).toEqual([]);
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, id = '']) => id);
  expect(rows.filter((id) => !ids.has(id))).toEqual([]);
});
