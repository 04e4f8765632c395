/** Imports go one way: `scripts`, `test`, `bench` and `tools` → `dev` → `src`, between the folders of `src`, and without a circle between its files. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
type Arrows = Readonly<Record<string, readonly string[]>>;

/** What the files of each folder may import, beside their own folder. */
const TOP: Arrows = {
  dev: ['src'],
  bench: ['dev', 'src', 'dist'],
  scripts: ['dev', 'src', 'dist', 'tools'],
  test: ['dev', 'src', 'dist'],
  tools: ['dev', 'src'],
};

/** The same between the folders of `src`. Files beside them are entry points, and what puts the parts together. */
const SRC: Arrows = {
  model: [],
  ports: ['model'],
  signals: ['model', 'ports'],
  adapters: ['model', 'ports', 'signals'],
  resilience: ['model', 'ports'],
  testing: [],
  mixin: ['model', 'ports', 'signals'],
  cli: ['mixin', 'signals', 'testing'],
};

const IMPORT = /^(?:import|export) [^;]*?from '(\.[^']+)'|\bimport\('(\.[^']+)'\)/gm;

/** The files of `folder`, each with what it imports, as paths in the repository. */
function importsIn(folder: string): ReadonlyMap<string, readonly string[]> {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).filter(
    (name) => /\.tsx?$/.test(name) && !name.includes('node_modules'),
  );
  expect(names.length).toBeGreaterThan(0);
  return new Map(
    names.map((name) => {
      const path = join(folder, name);
      // Code of applications stands in template strings.
      const text = readFileSync(join(ROOT, path), 'utf8').replace(/`(?:[^`\\]|\\.)*`/gs, '``');
      const targets = [...text.matchAll(IMPORT)].map(([, first, second]) => first ?? second ?? '');
      return [path, targets.map((target) => relative(ROOT, join(ROOT, dirname(path), target)))];
    }),
  );
}

/** The imports of `folder` that lead to a folder which is not `allowed`. `depth` is where a folder's name stands in a path. */
function wrongImports(folder: string, allowed: readonly string[], depth: number): string[] {
  const own = folder.split('/')[depth];
  return [...importsIn(folder)].flatMap(([path, targets]) =>
    targets
      .filter((target) => ![own, ...allowed].includes(target.split('/')[depth] ?? ''))
      .map((target) => `${path} imports ${target}`),
  );
}

test.each(Object.entries(TOP))('%s imports nothing but itself and %j', (folder, allowed) => {
  expect(wrongImports(folder, allowed, 0)).toEqual([]);
});

test.each(Object.entries(SRC))('src/%s imports nothing of src but itself and %j', (folder, allowed) => {
  const wrong = wrongImports(`src/${folder}`, allowed, 1);
  expect(wrong.filter((line) => !line.endsWith(' package.json'))).toEqual([]);
});

test('no file of src imports itself by way of others', () => {
  const imports = importsIn('src');
  const done = new Set<string>();
  const circle = (path: string, way: readonly string[]): readonly string[] | undefined => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path];
    if (done.has(path)) return undefined;
    for (const target of imports.get(path) ?? []) {
      const found = circle(target, [...way, path]);
      if (found) return found;
    }
    done.add(path);
    return undefined;
  };
  expect([...imports.keys()].map((path) => circle(path, [])).find(Boolean)).toBeUndefined();
});
