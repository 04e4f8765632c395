/** What panels must show of the gauges that the rules read: of the last five minutes. */
import { costOf } from '../support/bills.ts';
import { any, between, type Groups, group, Sums } from '../support/sums.ts';
import type { Now } from './now.ts';

export function recentGauges(all: Now): void {
  const { end, interval } = all;
  // What the rules read: of the last five minutes. A series of a process that ended stays, until the next process in its place has one like it.
  const recent = (of: (sums: Sums) => Record<string, number>): Groups => {
    const aged = (seconds: number, whole: boolean) => {
      const stated = new Map<string, number>();
      for (const life of all.chosen) {
        const { pod, calls } = life;
        // What a process stated last does not age any more.
        const stays = whole && !all.alive.includes(life);
        const sums = new Sums(calls.filter(({ at }) => stays || at > end - seconds));
        for (const [key, value] of Object.entries(of(sums)))
          stated.set(`${pod.cluster} ${pod.instance} ${key}`, value);
      }
      return group([...stated].map(([key, value]) => [[key.split(' ').at(-1) ?? ''], value]));
    };
    return between(aged(300 - 3 * interval, false), aged(300 + 6 * interval, true));
  };
  const model = 'gen_ai_request_model';
  all.now(
    'telemetry: Calls of the last 5 minutes',
    'A',
    recent((sums) => sums.ofCalls(any, model, 'gen_ai_request_stream', 'anthropic_outcome')),
    'anthropic_outcome',
  );
  all.now(
    'telemetry: Calls out of retries, last 5 minutes',
    'A',
    recent((sums) => sums.ofCalls(({ exhausted }) => exhausted, model)),
    model,
  );
  const kinds = recent((sums) =>
    sums.ofAttempts(({ disposition }) => disposition !== 'canceled', model, 'anthropic_attempt_kind'),
  );
  // A call that waits for its retry has failed once already.
  const asleep = all.open.filter(({ phase }) => phase === 'retry_wait').length;
  const [low, high] = [kinds['overloaded'] ?? 0].flatMap((amount) =>
    typeof amount === 'number' ? [amount, amount] : amount,
  ) as [number, number];
  all.now(
    'telemetry: Attempts of the last 5 minutes, by kind',
    'A',
    { ...kinds, overloaded: [low + asleep, high + asleep] },
    'anthropic_attempt_kind',
  );
  all.now(
    'telemetry: Cost of the last 5 minutes',
    'A',
    recent((sums) =>
      Object.fromEntries(
        Object.entries(sums.ofCalls(costOf, 'attribution')).map(([key, usd]) => [`${key} `, usd]),
      ),
    ),
  );
}
