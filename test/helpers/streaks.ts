/** Where, in a row of calls, the second consecutive server error on one path is seen. */
import { completeCall, type ExpectedCall } from './expected-call.ts';

/** The begin of a streak: by which attempt of which call. */
export interface ExpectedStreak {
  readonly call: number;
  readonly attempt: number;
  /** Whether the attempt got a good response, and an `error` event in its stream is what counts. */
  readonly event: boolean;
  readonly route: string;
  readonly model: string | null;
}

/** The streaks that begin in `calls`. */
export function streaksOf(calls: readonly ExpectedCall[]): ExpectedStreak[] {
  const lengths = new Map<string, number>();
  const streaks: ExpectedStreak[] = [];
  for (const [call, { route, model: asked, attempts }] of calls.map(completeCall).entries()) {
    const see = (status: number | undefined, attempt: number, event: boolean): void => {
      const model = attempts[attempt]?.model ?? asked;
      const key = `${route} ${model}`;
      if (status === undefined || status === 529) return;
      const length = status >= 500 ? (lengths.get(key) ?? 0) + 1 : 0;
      lengths.set(key, length);
      if (length === 2) streaks.push({ call, attempt, event, route, model });
    };
    for (const [attempt, { status, eventStatus }] of attempts.entries()) {
      see(status, attempt, false);
      see(eventStatus, attempt, true);
    }
  }
  return streaks;
}
