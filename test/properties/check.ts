/** Checks one session: bare beside observed, and the ledgers beside what was recorded. */
import { harms, type Mismatch, miscounts } from './compare.ts';
import type { Session } from './plan.ts';
import { runBare, runObserved, type Sdk } from './run.ts';
import type { ScriptedServer } from './server.ts';

/** How often a session is run bare to learn all that it can come to without telemetry. */
const BARE_RUNS = 6;

/** How often a session is checked that shows a mismatch: each time must show one. */
const ATTEMPTS = 3;

/** What came of a check. */
export interface Checked {
  readonly mismatches: readonly Mismatch[];
  /** Whether the session differs between two runs without telemetry. */
  readonly undecided: boolean;
}

/** Checks `session`. */
export async function check(
  sdk: Sdk,
  server: ScriptedServer,
  session: Session,
  attempt = 1,
): Promise<Checked> {
  const [bare, observed] = await Promise.all([
    runBare(sdk, server, session),
    runObserved(sdk, server, session),
  ]);
  const counted = miscounts(sdk, observed);
  let harmed = harms(bare, observed);
  let undecided = false;
  // Two halves of a broken reply can arrive together or apart. What the SDK alone does in either case is no harm.
  for (let run = 1; run < BARE_RUNS && harmed.length > 0; run++) {
    const again = await runBare(sdk, server, session);
    undecided ||= harms(bare, again).length > 0;
    const now = harms(again, observed);
    if (now.length < harmed.length) harmed = now;
  }
  const mismatches = [...harmed, ...counted];
  // A busy machine lets the timeouts of the plans come early, or an abort late. What telemetry does wrong, it does again.
  if (mismatches.length > 0 && attempt < ATTEMPTS) return check(sdk, server, session, attempt + 1);
  return { mismatches, undecided };
}
