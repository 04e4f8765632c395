/** What doctor finds. */

/** Something that is wrong, and what to do about it. */
export interface Finding {
  /** Stable, for scripts and for searching the documentation. */
  readonly id: string;
  readonly problem: string;
  readonly fix: string;
}

/** Clocks further apart than this, in milliseconds, make rates and ages wrong. */
export const MAX_CLOCK_DIFFERENCE = 30_000;

/** The finding that a server's clock differs from this machine's, if it does. */
export function clockFinding(id: string, what: string, remote: number, local: number): Finding | undefined {
  const difference = remote - local;
  if (Math.abs(difference) <= MAX_CLOCK_DIFFERENCE) return undefined;
  const seconds = Math.round(Math.abs(difference) / 1000);
  return {
    id,
    problem: `The clock of ${what} is ${seconds} s ${difference > 0 ? 'ahead of' : 'behind'} the clock of this machine.`,
    fix: 'Synchronize the clocks of both machines with NTP, because ages and rates in alerts depend on them.',
  };
}
