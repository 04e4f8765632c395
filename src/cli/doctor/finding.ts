/** The findings of doctor. */

/** A problem and its fix. */
export interface Finding {
  /** Stable, for scripts and for searches in the documentation. */
  readonly id: string;
  readonly problem: string;
  readonly fix: string;
}

/** The maximum difference between clocks in milliseconds. A larger one makes rates and ages wrong. */
export const MAX_CLOCK_DIFFERENCE = 30_000;

/** The finding for a server whose clock differs from this machine's, if it does. */
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
