/** Imports between the folders beside `src` go one way: `scripts`, `test`, `bench` and `tools` → `dev` → `src`. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

/** What the files of each folder may import, beside their own folder. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  dev: ['src'],
  bench: ['dev', 'src', 'dist'],
  scripts: ['dev', 'src', 'dist', 'tools'],
  test: ['dev', 'src', 'dist'],
  tools: ['dev', 'src'],
};

const IMPORT = /^(?:import|export) [^;]*?from '(\.[^']+)'|\bimport\('(\.[^']+)'\)/gm;

test.each(Object.entries(ALLOWED))('%s imports nothing but itself and %j', (folder, allowed) => {
  const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).filter(
    (name) => /\.tsx?$/.test(name) && !name.includes('node_modules'),
  );
  expect(files.length).toBeGreaterThan(0);
  const wrong = files.flatMap((name) => {
    const path = join(ROOT, folder, name);
    // Code of applications stands in template strings.
    const text = readFileSync(path, 'utf8').replace(/`(?:[^`\\]|\\.)*`/gs, '``');
    const imported = [...text.matchAll(IMPORT)].map(([, first, second]) => first ?? second ?? '');
    return imported
      .map((target) => relative(ROOT, join(dirname(path), target)).split('/')[0] ?? '')
      .filter((target) => target !== folder && !allowed.includes(target))
      .map((target) => `${folder}/${name} imports ${target}`);
  });
  expect(wrong).toEqual([]);
});
