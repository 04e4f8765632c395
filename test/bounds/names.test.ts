/** Names without end, in number and in length, from every source. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT, runNode } from '../helpers/process.ts';
import { CASES } from './support/cases.ts';
import type { Report } from './support/child.ts';

const CHILD = join(ROOT, 'test/bounds/support/child.ts');
const MEBIBYTE = 1024 * 1024;

async function run(way: string, calls: number, length: number): Promise<Report> {
  const { code, stdout, warnings } = await runNode(['--expose-gc', CHILD, way, `${calls}`, `${length}`]);
  expect({ code, warnings }).toEqual({ code: 0, warnings: [] });
  return JSON.parse(stdout) as Report;
}

describe('names of 10,000 characters', () => {
  test('63,000 different models: the process lives, its heap does not grow, and the page stays small', async () => {
    const { growth, page, longestLine, longestRecord, ...counts } = await run('model names', 63_000, 10_000);
    expect(counts).toEqual({ counted: 63_000, errors: 0 });
    expect(growth).toBeLessThan(2 * MEBIBYTE);
    expect(page).toBeLessThan(MEBIBYTE / 4);
    expect(longestLine).toBeLessThan(1000);
    expect(longestRecord).toBeLessThan(2000);
  });

  test.each(Object.keys(CASES))('3,000 different %s leave heap, page and lines small', async (way) => {
    const { growth, page, longestLine, longestRecord, errors } = await run(way, 3000, 10_000);
    expect(errors).toBe(0);
    expect(growth).toBeLessThan(2 * MEBIBYTE);
    expect(page).toBeLessThan(MEBIBYTE);
    expect(longestLine).toBeLessThan(1000);
    expect(longestRecord).toBeLessThan(4000);
  });
});

test.each(['model names', 'models of the response'])(
  '3,000 different %s that fit a label leave the page below 5 MiB',
  async (way) => {
    const { growth, page, counted } = await run(way, 3000, 100);
    expect(counted).toBe(3000);
    expect(growth).toBeLessThan(2 * MEBIBYTE);
    expect(page).toBeLessThan(5 * MEBIBYTE);
  },
);
