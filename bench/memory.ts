/** Memory: what 100,000 calls leave behind, and what an open call holds. Run with --expose-gc. */
import { setTimeout as sleep } from 'node:timers/promises';
import type Anthropic from '@anthropic-ai/sdk';
import { SCENARIOS, stubFetch } from './scenarios.ts';
import { VARIANTS } from './variants.ts';

const [variant = 'ours', what = 'kept'] = process.argv.slice(2);

/** Heap in bytes after everything collectable is collected. */
async function heap(): Promise<number> {
  for (let n = 0; n < 4; n++) {
    globalThis.gc?.();
    await sleep(20);
  }
  return process.memoryUsage().heapUsed;
}

if (what === 'kept') {
  const { client } = await VARIANTS[variant]!(stubFetch(SCENARIOS[0]!.replies));
  const calls = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n++) await SCENARIOS[0]!.run(client);
  };
  await calls(5000);
  const before = await heap();
  await calls(100_000);
  console.log((await heap()) - before);
} else {
  const open = 2000;
  const answers: (() => void)[] = [];
  const reply = SCENARIOS[0]!.replies[0]!;
  const { client } = await VARIANTS[variant]!(
    () =>
      new Promise((resolve) =>
        answers.push(() => resolve(new Response(reply[2], { status: 200, headers: reply[1] }))),
      ),
  );
  const start = (): Promise<void>[] =>
    Array.from({ length: open }, () => SCENARIOS[0]!.run(client as Anthropic));
  const finish = async (calls: Promise<void>[]): Promise<void> => {
    while (answers.length < open) await sleep(5);
    for (const answer of answers.splice(0)) answer();
    await Promise.all(calls);
  };
  await finish(start());
  const before = await heap();
  const calls = start();
  while (answers.length < open) await sleep(5);
  console.log(((await heap()) - before) / open);
  await finish(calls);
}
