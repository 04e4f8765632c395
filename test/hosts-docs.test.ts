/** The pages of docs/hosts show what the host matrix runs: its commands, its code, its hosts, and the lines of `register`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CELLS } from '../dev/hosts/cells/index.ts';

const ROOT = join(import.meta.dirname, '..');
const FOLDER = join(ROOT, 'docs/hosts');
const PAGES = readdirSync(FOLDER).filter((name) => name !== 'README.md');
const read = (page: string): string => readFileSync(join(FOLDER, page), 'utf8');

/** The lines in the blocks of `language`. */
function linesIn(text: string, language: string): string[] {
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)]
    .filter(([, found]) => found === language)
    .flatMap(([, , block = '']) => block.split('\n'))
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

const COMMANDS = new Set(
  CELLS.flatMap(({ start, build = [], nodeOptions }) => {
    const plain = start.join(' ');
    const started = nodeOptions === undefined ? [plain] : [`NODE_OPTIONS=${nodeOptions} ${plain}`];
    return [...started, ...build.map((words) => words.join(' '))];
  }),
);
const isCommand = (line: string): boolean => {
  const words = line.replaceAll("'", '');
  return COMMANDS.has(words) || COMMANDS.has(words.replace(/(^|NODE_OPTIONS=\S+ )npx /, '$1'));
};

const nameOf = (spec: string): string => spec.replace(/(?<=.)@.*$/, '');
const INSTALLED = new Set([
  'anthropic-otel',
  '@anthropic-ai/sdk',
  ...CELLS.flatMap(({ packages = [], installFlags = [] }) => [
    ...packages.flat().map(nameOf),
    ...installFlags,
  ]),
]);
const installs = (line: string): boolean => {
  const [, words] = /^(?:npm install|pnpm add|yarn add) (.*)$/.exec(line) ?? [];
  return words?.split(' ').every((word) => INSTALLED.has(word)) ?? false;
};

const CODE = new Set(
  CELLS.flatMap(({ files }) => Object.values(files))
    .flatMap((text) => text.split('\n'))
    .map((line) => line.replace(/\/\/ register$/, '').trim()),
);

/** What `register` can print, with the strings that are written in parts put together. */
const MESSAGES = ['start.ts', 'load.ts']
  .map((file) => readFileSync(join(ROOT, 'src/register', file), 'utf8'))
  .join('\n')
  .replace(/['`] \+\s+['`]/g, '')
  .replaceAll('\\`', '`')
  .replace(/\$\{OLDEST\.join\('\.'\)\}/, '22.15');
/** Between what is filled in, and what is put around every message. */
const FILLED = /anthropic-otel: |telemetry did not start: |<\w+>|; /;

describe.each(PAGES)('docs/hosts/%s', (page) => {
  const text = read(page);

  test('has commands that the matrix runs, and packages that it installs', () => {
    const lines = linesIn(text, 'sh');
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.filter((line) => !isCommand(line) && !installs(line))).toEqual([]);
  });

  test('has code of the applications of the matrix', () => {
    expect(linesIn(text, 'js').filter((line) => !CODE.has(line))).toEqual([]);
  });

  test('quotes lines that register can print', () => {
    const parts = linesIn(text, 'text').flatMap((line) =>
      line.replace(/ The application is not affected\.$/, '').split(FILLED),
    );
    expect(parts.filter((part) => !MESSAGES.includes(part))).toEqual([]);
  });
});

test('every host of the matrix has a page, and every page has hosts', () => {
  const named = PAGES.flatMap((page) => {
    const matrix = /^Matrix: `npm run test:hosts -- (.*)`$/m.exec(read(page))?.[1] ?? '';
    const texts = [...matrix.matchAll(/--only (?:'([^']+)'|(\S+))/g)].map(
      ([, quoted, plain]) => quoted ?? plain ?? '',
    );
    return texts.length === 0 ? [`no host on ${page}`] : texts;
  });
  const isOf = (name: string, text: string): boolean => new RegExp(`^${text}\\b`).test(name);
  expect(named.filter((text) => !CELLS.some(({ name }) => isOf(name, text)))).toEqual([]);
  expect(CELLS.filter(({ name }) => !named.some((text) => isOf(name, text))).map(({ name }) => name)).toEqual(
    [],
  );
});

test('the table has every page', () => {
  expect(PAGES.filter((page) => !read('README.md').includes(`](${page})`))).toEqual([]);
});
