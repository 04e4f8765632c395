/** The code blocks of the documentation, as they stand there. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../helpers/process.ts';

/** One block of code. */
export interface Block {
  /** The page, from the root of the repository. */
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
  /** Why it cannot be run here: `<!-- not run: REASON -->` before it. */
  readonly notRun: string | undefined;
  /** The test that runs it instead: `<!-- run by: FILE -->` before it. */
  readonly runBy: string | undefined;
  /** What a fragment needs around it to run: `<!-- with: CODE -->` before it. */
  readonly preamble: string;
}

/** README, the pages of docs, and the page of examples. Pages of hosts are compared with the host matrix, runbooks by the tests of alerts. */
export const PAGES: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'examples/README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

const BLOCK = /(?:^<!-- (not run|run by|with): (.*?) -->\n)?^```(\w*)\n([\s\S]*?)^```/gm;

/** The blocks of `page`, in order. */
export function blocksOf(page: string): Block[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(BLOCK)].map(
    ({ index, 1: marker, 2: note = '', 3: language = '', 4: code = '' }) => ({
      page,
      line: text.slice(0, index).split('\n').length,
      language,
      text: code,
      notRun: marker === 'not run' ? note : undefined,
      runBy: marker === 'run by' ? note : undefined,
      preamble: marker === 'with' ? note : '',
    }),
  );
}

/** The commands of the blocks that the test `file` runs. */
export function commandsRunBy(file: string): string[] {
  return PAGES.flatMap(blocksOf)
    .filter(({ runBy }) => runBy === file)
    .flatMap(commandsOf);
}

/** The commands of a block: a line each, without what follows `#`. */
export function commandsOf({ text }: Block): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
