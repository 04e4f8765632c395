/** What pages and comments name is there: links, paths, tests, npm scripts and their files, identifiers, metrics, environment variables. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as main from '../src/index.ts';
import * as instrumentation from '../src/instrumentation/index.ts';
import * as resilience from '../src/resilience/index.ts';
import { ATTR } from '../src/signals/names.ts';
import * as testing from '../src/testing/index.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const markdownIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);
const TOP = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'];
const PAGES = [...TOP, ...markdownIn('docs'), ...markdownIn('runbooks')];

const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
const EXPORTED = new Set(
  [main, instrumentation, resilience, testing].flatMap((module) => Object.keys(module)),
);
const METRICS = Object.values(main.METRICS).flatMap((metric) => [metric.name, main.prometheusName(metric)]);
const ATTRIBUTES = Object.values(ATTR).flatMap((name) => [name, main.prometheusLabel(name)]);

const PATH =
  /^(?:\.ci|alerts|bench|dashboards|deploy|docs|runbooks|scripts|src|test|adapters|model|signals|ports)\/[\w./-]+$/;
const METRIC = /^(anthropic[._](?:client|telemetry)[._][\w.]+)(?:\{.*\})?$/;

/** `text` without blocks of code. */
const prose = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, '');
/** What `pattern` captures in `text`. */
const all = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, first, second]) => first ?? second ?? '');

/** The anchors that GitHub makes of the headings of `text`. */
function anchors(text: string): string[] {
  return all(prose(text), /^#+ (.*)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
}

/** README is read on npm too, where only absolute links lead somewhere. */
const REPOSITORY =
  /^https:\/\/(?:github\.com\/anthropic-otel\/anthropic-otel\/blob|raw\.githubusercontent\.com\/anthropic-otel\/anthropic-otel)\/main\//;

function isBroken(absolute: string, from: string): boolean {
  const link = absolute.replace(REPOSITORY, '');
  const page = link === absolute ? from : 'README.md';
  if (/^[a-z]+:/.test(link)) return false;
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(ROOT, target))) return true;
  return anchor !== undefined && !anchors(read(target)).includes(anchor);
}

describe.each(PAGES)('%s', (page) => {
  const text = read(page);
  const code = all(prose(text), /`([^`\n]+)`/g);

  test('links to files and headings that are there', () => {
    const links = all(text, /\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"/g);
    expect(links.filter((link) => isBroken(link, page))).toEqual([]);
  });

  test('names paths and npm scripts that are there', () => {
    const run = all(text, /vitest run ((?:test\/[\w./-]+ ?)+)/g).flatMap((files) => files.trim().split(' '));
    const paths = [...code.filter((each) => PATH.test(each)), ...run];
    expect(paths.filter((path) => !['', 'src'].some((at) => existsSync(join(ROOT, at, path))))).toEqual([]);
    expect(all(text, /npm run (\w[\w:-]*)/g).filter((name) => !(name in scripts))).toEqual([]);
  });

  test('names what this package exports, and metrics of its catalogue', () => {
    const imported = all(text, /import \{ ([\w, ]+) \} from 'anthropic-otel(?:\/\w+)?'/g);
    const named = [
      ...imported.flatMap((names) => names.split(', ')),
      ...all(text, /new (Anthropic\w*tion)\(/g),
    ];
    expect(named.filter((name) => !EXPORTED.has(name))).toEqual([]);
    const metrics = code.flatMap((each) => METRIC.exec(each)?.[1] ?? []);
    const known = (name: string): boolean =>
      ATTRIBUTES.includes(name) || METRICS.some((each) => name === each || name.startsWith(`${each}_`));
    expect(metrics.filter((name) => !known(name))).toEqual([]);
  });
});

test('README has absolute links, which lead somewhere on npm too', () => {
  const links = all(read('README.md'), /\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"/g);
  expect(links.filter((link) => !/^(https:|#)/.test(link))).toEqual([]);
});

test('every row of the table of classes names a test and its title', () => {
  const rows = all(read('docs/compliance.md'), /^\| .* \| (`test\/.*?\.ts`: .*) \|$/gm);
  expect(rows.length).toBeGreaterThan(25);
  const missing = rows.filter((row) => {
    const [, path = '', title = ''] = /^`(.*)`: (.*)$/.exec(row) ?? [];
    return !read(path).includes(title.replaceAll('\\|', '|'));
  });
  expect(missing).toEqual([]);
});

test('every npm script runs files that are there', () => {
  const files = Object.values(scripts).flatMap((command) =>
    all(command, /\b((?:scripts|test|bench)\/[\w./-]+)/g),
  );
  expect(files.length).toBeGreaterThan(10);
  expect(files.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test('every environment variable of this package that a page names is read in the code', () => {
  const code = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => read(`src/${name}`))
    .join('\n');
  const named = new Set(
    PAGES.filter((page) => page !== 'CHANGELOG.md').flatMap((page) =>
      all(read(page), /\b(ANTHROPIC_OTEL_[A-Z_]+)\b/g),
    ),
  );
  expect([...named].filter((name) => !code.includes(name))).toEqual([]);
});

test('every page and every decision that a comment names is there', () => {
  const sources = ['src', 'dev', 'scripts', 'bench', 'test'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|mjs)$/.test(name) && !name.includes('node_modules'))
      .map((name) => `${folder}/${name}`),
  );
  const missing = sources.flatMap((path) =>
    all(read(path), /\b(docs\/[\w./-]+\.md)\b/g)
      .filter((page) => !existsSync(join(ROOT, page)))
      .map((page) => `${path} names ${page}`),
  );
  expect(missing).toEqual([]);
});
