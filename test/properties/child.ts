/**
 * Checks random sessions of one SDK, in a process of its own: `node test/properties/child.ts SDK SEED CALLS`. Session number `n` has the
 * seed `SEED + n`, so that the seed of a session replays it alone. Prints what is wrong by kind, each with its smallest session, as JSON.
 */
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import fc from 'fast-check';
import { check } from './check.ts';
import type { Finding, Findings } from './findings.ts';
import type { Session } from './plan.ts';
import { loadSdk } from './sdks.ts';
import { ScriptedServer } from './server.ts';
import { session } from './sessions.ts';
import { shrink } from './shrink.ts';

/** Sessions that run at the same time: most of their time they wait. On a busy machine, fewer keep the timeouts of the plans apart. */
const CONCURRENCY = Number(process.env['PROPERTY_CONCURRENCY'] ?? 40);

/** How long one kind of mismatch is made smaller, in milliseconds. */
const SHRINKING = 8_000;

const [name = 'newest', seedText = '1', callsText = '400'] = process.argv.slice(2);
const shrinks = process.env['PROPERTY_SHRINK'] !== '0';

// Without a context manager, as under `register`, a call that has no span of the SDK is known only after its first attempt.
if (process.env['PROPERTY_CONTEXT'] !== '0')
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const sdk = await loadSdk(name);
const server = await ScriptedServer.start();
const byKind = new Map<string, Finding>();
const unhandled: string[] = [];
process.on('unhandledRejection', (reason) => unhandled.push(String((reason as Error)?.stack ?? reason)));
process.on('uncaughtException', (error) => unhandled.push(String(error.stack)));
let calls = 0;
let sessions = 0;
let undecided = 0;

await Promise.all(Array.from({ length: CONCURRENCY }, work)).catch((error: unknown) => {
  process.stderr.write(`${(error as Error).stack}\n`, () => process.exit(1));
});
server.close();
const findings: Findings = { sdk: name, calls, sessions, undecided, unhandled, found: [...byKind.values()] };
process.stdout.write(`${JSON.stringify(findings)}\n`, () => process.exit());

async function work(): Promise<void> {
  while (calls < Number(callsText)) {
    const seed = Number(seedText) + sessions++;
    const [random] = fc.sample(session, { seed, numRuns: 1 }) as [Session];
    calls += random.calls.length;
    const checked = await check(sdk, server, random);
    if (checked.undecided) undecided++;
    for (const mismatch of checked.mismatches) {
      const known = byKind.get(mismatch.kind);
      if (known) {
        known.seeds.push(seed);
        continue;
      }
      const finding: Finding = { ...mismatch, seeds: [seed], session: random };
      byKind.set(mismatch.kind, finding);
      if (shrinks) await smallest(finding);
    }
  }
}

async function smallest(finding: Finding): Promise<void> {
  const shows = async (candidate: Session): Promise<boolean> => {
    const { mismatches } = await check(sdk, server, candidate);
    const same = mismatches.find(({ kind }) => kind === finding.kind);
    if (same) Object.assign(finding, same, { session: candidate });
    return same !== undefined;
  };
  await shrink(finding.session, shows, SHRINKING);
}
