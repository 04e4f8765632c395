/** Memory: what 100,000 calls leave behind, and what an open call holds. Each figure is from a process of its own. */
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type Anthropic from '@anthropic-ai/sdk';
import { SCENARIOS, stubFetch } from './scenarios.ts';
import { machine, median } from './statistics.ts';
import { type MakeClient, VARIANTS, WITHOUT_ATTEMPT_SPANS } from './variants.ts';

const MAKERS: Readonly<Record<string, MakeClient>> = {
  ...VARIANTS,
  'anthropic-otel, no attempt spans': WITHOUT_ATTEMPT_SPANS,
};
const MEASURED = [
  'bare',
  'native',
  'middleware',
  'anthropic-otel',
  'anthropic-otel, no attempt spans',
] as const;
const WHAT = { kept: 'kept by 100,000 calls', open: 'held by an open call' } as const;
const ROUNDS = 5;

const [variant = '', what = ''] = process.argv.slice(2).filter((word) => word !== '--json');
if (variant === '') await main();
else await measure(variant as (typeof MEASURED)[number], what);

async function main(): Promise<void> {
  const run = promisify(execFile);
  const self = fileURLToPath(import.meta.url);
  const results: Record<string, Record<string, number>> = {};
  for (const which of Object.keys(WHAT)) {
    for (const name of MEASURED) {
      const values: number[] = [];
      for (let round = 0; round < (which === 'open' ? ROUNDS : 1); round++) {
        const { stdout } = await run(process.execPath, ['--expose-gc', self, name, which]);
        values.push(Number(stdout));
      }
      process.stderr.write('.');
      results[name] = { ...results[name], [which]: Math.round(median(values)) };
    }
  }
  process.stderr.write('\n');
  if (process.argv.includes('--json')) console.log(JSON.stringify({ machine: machine(), results }));
  else {
    console.log(`${machine()}\n\nBytes of heap: ${Object.values(WHAT).join(', ')}`);
    for (const [name, { kept = 0, open = 0 }] of Object.entries(results)) {
      console.log(`  ${name.padEnd(34)} ${String(kept).padStart(9)} ${String(open).padStart(9)}`);
    }
  }
}

/** Heap in bytes after everything collectable is collected. */
async function heap(): Promise<number> {
  for (let n = 0; n < 4; n++) {
    globalThis.gc?.();
    await sleep(20);
  }
  return process.memoryUsage().heapUsed;
}

async function measure(name: (typeof MEASURED)[number], which: string): Promise<void> {
  await (which === 'kept' ? measureKept(name) : measureOpen(name));
}

async function measureKept(name: (typeof MEASURED)[number]): Promise<void> {
  const { client } = await MAKERS[name]!(stubFetch(SCENARIOS[0]!.replies));
  const calls = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n++) await SCENARIOS[0]!.run(client);
  };
  await calls(5000);
  const before = await heap();
  await calls(100_000);
  console.log((await heap()) - before);
}

async function measureOpen(name: (typeof MEASURED)[number]): Promise<void> {
  const open = 2000;
  const responses: (() => void)[] = [];
  const reply = SCENARIOS[0]!.replies[0]!;
  const { client } = await MAKERS[name]!(
    () =>
      new Promise((resolve) =>
        responses.push(() => resolve(new Response(reply[2], { status: 200, headers: reply[1] }))),
      ),
  );
  const start = (): Promise<void>[] =>
    Array.from({ length: open }, () => SCENARIOS[0]!.run(client as Anthropic));
  const finish = async (calls: Promise<void>[]): Promise<void> => {
    while (responses.length < open) await sleep(5);
    for (const respond of responses.splice(0)) respond();
    await Promise.all(calls);
  };
  await finish(start());
  const before = await heap();
  const calls = start();
  while (responses.length < open) await sleep(5);
  console.log(((await heap()) - before) / open);
  await finish(calls);
}
