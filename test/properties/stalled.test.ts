/** The SDK retries a rejection whose body stalls as soon as it has the status: nothing of this package waits for that body. */
import { describe, expect, onTestFinished, test } from 'vitest';
import type { CallPlan, Reply, Session } from './plan.ts';
import { runBare, runObserved, type Sdk, type SessionRun } from './run.ts';
import { loadSdk, SDK_NAMES } from './sdks.ts';
import { ScriptedServer } from './server.ts';

const WAYS = ['withTelemetry', 'observe'] as const;

/** A rejection that stops before the given half of its body. */
function stalledRejection(status: number, segment: number): Reply {
  return {
    head: 'whole',
    status,
    headers: [
      ['content-type', 'application/json'],
      ['retry-after-ms', '1'],
    ],
    framing: 'chunked',
    body: ['{"type":"error","error":{"type":"overloaded_', 'error","message":"Overloaded"}}'],
    cuts: [],
    hold: { segment, until: 'closed' },
  };
}

function sessionOf(way: Session['way'], replies: readonly Reply[]): Session {
  const call: CallPlan = {
    method: 'create',
    content: 'plain',
    take: 'await',
    read: 'all',
    breakAfter: 1,
    act: 'pass',
    nextTwice: false,
    nameless: false,
    replies,
  };
  return { way, middleware: true, fetch: 'given', path: '', client: 'plain', parallel: false, calls: [call] };
}

/** For each attempt but the last, whether the client left its body before the server went on with it. */
function left({ calls }: SessionRun): unknown[] {
  return calls.flatMap(({ wire }) => wire.slice(0, -1).map(({ clientClosed }) => clientClosed));
}

describe.each(SDK_NAMES)('SDK %s', (name) => {
  test.each([429, 500, 529])(
    'a %i whose body stalls is retried at once',
    { timeout: 30_000 },
    async (status) => {
      const server = await ScriptedServer.start();
      onTestFinished(() => server.close());
      const sdk: Sdk = await loadSdk(name);
      const replies = [stalledRejection(status, 0), stalledRejection(status, 1)];
      const bare = await runBare(sdk, server, sessionOf('observe', replies));
      expect(left(bare)).toEqual([true, true]);
      for (const way of WAYS) {
        const observed = await runObserved(sdk, server, sessionOf(way, replies));
        expect(left(observed), way).toEqual(left(bare));
        expect(observed.calls[0]?.noted.got).toEqual(bare.calls[0]?.noted.got);
      }
    },
  );
});
