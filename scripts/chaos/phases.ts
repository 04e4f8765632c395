/** What goes wrong in the simulation, and when. */

/** The model that the calls ask for, and the one of the fallback chain. */
export const PRIMARY = 'claude-opus-5-5';
export const SECONDARY = 'claude-sonnet-5-5';

/** What the API does with a request. */
export type Fault = 'hang' | 'cut' | 500 | 529;

/** A part of the simulation. */
export interface Phase {
  readonly name: string;
  /** The share of requests with each fault. */
  readonly faults?: Readonly<Partial<Record<`${Fault}`, number>>>;
  /** The only model with the faults. @default every model */
  readonly model?: string;
  /** Requests per minute of each model. @default more than are sent */
  readonly requestsPerMinute?: number;
  /** Whether calls come in bursts: 30 s of calls in one second. */
  readonly bursts?: boolean;
  /** Times the usual duration. @default 1 */
  readonly slower?: number;
  /** Whether the API no longer takes the old key. The application gets the new one in the middle of the phase. */
  readonly keyRotation?: boolean;
}

/** Each takes the same time. */
export const PHASES: readonly Phase[] = [
  { name: 'calm' },
  { name: '429 storm', requestsPerMinute: 220, bursts: true },
  { name: 'brownout', faults: { 500: 0.2 }, slower: 3 },
  { name: '529 wave', faults: { 529: 0.8 }, model: PRIMARY },
  { name: 'calm again' },
  { name: 'key rotation', keyRotation: true },
  { name: 'cut streams', faults: { cut: 0.15 } },
  { name: 'hangs', faults: { hang: 0.1 } },
  { name: 'second 529 wave', faults: { 529: 1 }, model: PRIMARY },
  { name: 'recovery' },
];

/** How long a phase takes, in milliseconds. */
export const PHASE_MS = 300_000;

/** The key before and after the rotation, and the one of the other client. */
export const OLD_KEY = 'old-key';
export const NEW_KEY = 'new-key';
export const OTHER_KEY = 'other-key';

const ROTATION = PHASES.findIndex(({ keyRotation }) => keyRotation);

/** The phase after `elapsed` milliseconds. The last one stays. */
export function phaseAt(elapsed: number): Phase {
  return PHASES[Math.min(PHASES.length - 1, Math.floor(elapsed / PHASE_MS))] as Phase;
}

/** The key that the API takes after `elapsed` milliseconds. */
export function validKey(elapsed: number): string {
  return elapsed < ROTATION * PHASE_MS ? OLD_KEY : NEW_KEY;
}

/** The key that the application has after `elapsed` milliseconds. */
export function applicationKey(elapsed: number): string {
  return elapsed < (ROTATION + 0.5) * PHASE_MS ? OLD_KEY : NEW_KEY;
}
