/** Records: what they add up, of how many, and for how long. */
import { RECORDS } from '../../../src/mixin/alerts/names.ts';
import type { Boundary, Given } from '../support/boundary.ts';
import { attempts, type Cases, record } from '../support/boundary-cases.ts';

/** The records of what processes count. */
export function recordCases({ config, ofService, ofModel, of, gauge, kind, vanishes }: Cases): Boundary[] {
  const { calls: minCalls, attempts: minAttempts } = config.minimumTraffic;
  const ended = (outcome: string, by = ''): string =>
    `${ofModel},anthropic_outcome="${outcome}"${by && `,anthropic_canceled_by="${by}"`}`;

  const calls = RECORDS.callsByOutcome;

  return [
    ...(
      [
        [calls, 'recentCalls'],
        [attempts, 'recentAttempts'],
        [RECORDS.exhausted, 'recentRetriesExhausted'],
        [RECORDS.cost, 'recentCost'],
      ] as const
    ).map(([rule, key]) =>
      vanishes(
        rule,
        { [gauge(key, 'instance="a"')]: 3, [gauge(key, 'instance="b"')]: 4 },
        { seen: 7, gone: undefined },
      ),
    ),
    record(
      RECORDS.modelCalls,
      { [of(calls, ended('ok'))]: 3, [of(calls, ended('error'))]: 5, [of(calls, ended('canceled'))]: 70 },
      8,
    ),
    record(RECORDS.calls, { [of(RECORDS.modelCalls, ofModel)]: 3, [of(RECORDS.modelCalls)]: 5 }, 8),
    ...[
      [5, 3],
      [1, 0],
    ].map(([failed = 0, left]) =>
      record(
        RECORDS.modelFailed,
        {
          [of(calls, ended('error'))]: failed,
          [of(calls, ended('ok'))]: 30,
          [of(calls, ended('canceled'))]: 70,
          [of(attempts, kind('authentication'))]: 2,
          [of(attempts, kind('rate_limit'))]: 11,
        },
        left,
      ),
    ),
    record(RECORDS.failed, { [of(RECORDS.modelFailed, ofModel)]: 3, [of(RECORDS.calls)]: 9 }, 3),
    record(RECORDS.failed, { [of(RECORDS.calls)]: 9 }, 0),
    ...(
      [
        [RECORDS.modelFailedRatio, RECORDS.modelFailed, RECORDS.modelCalls, ofModel],
        [RECORDS.failedRatio, RECORDS.failed, RECORDS.calls, ofService],
      ] as const
    ).flatMap(([rule, failed, all, labels]) => [
      record(rule, { [of(failed, labels)]: 2, [of(all, labels)]: minCalls }, 2 / minCalls),
      record(rule, { [of(failed, labels)]: 2, [of(all, labels)]: minCalls - 1 }, undefined),
    ]),
    ...[RECORDS.modelTimedOutRatio, RECORDS.timedOutRatio].flatMap((rule) => {
      const given = (total: number): Given => ({
        [of(calls, ended('canceled', 'timeout'))]: 5,
        [of(calls, ended('error'))]: 5,
        [of(calls, ended('ok'))]: total - 10,
        [of(calls, ended('canceled', 'application'))]: 100,
      });
      return [record(rule, given(minCalls), 5 / minCalls), record(rule, given(minCalls - 1), undefined)];
    }),
    ...[RECORDS.modelAttemptRatio, RECORDS.attemptRatio].flatMap((rule) => {
      const given = (total: number): Given => ({
        [of(attempts, kind('ok'))]: total - 10,
        [of(attempts, kind('invalid'))]: 10,
      });
      return [
        record(rule, given(minAttempts), (minAttempts - 10) / minAttempts),
        record(rule, given(minAttempts - 1), undefined),
      ];
    }),
    record(
      RECORDS.failedAttemptRatio,
      {
        [of(attempts, kind('ok'))]: 5,
        [of(attempts, kind('authentication'))]: 3,
        [of(attempts, kind('overloaded'))]: 1,
        [of(attempts, kind('invalid', ofService))]: 1,
      },
      0.2,
    ),
    record(
      RECORDS.headroom,
      {
        [gauge('rateLimitHeadroom', 'instance="a"')]: 0.3,
        [gauge('rateLimitHeadroom', 'instance="b"')]: 0.2,
      },
      0.2,
    ),
    record(
      RECORDS.waiting,
      Object.fromEntries([
        ...[0, 10, 20, 30, 40].map((age) => [
          gauge('oldestCallAge', `anthropic_call_phase="first_byte",instance="${age}"`),
          age,
        ]),
        [gauge('oldestCallAge', 'anthropic_call_phase="streaming",instance="x"'), 1000],
      ]),
      40 * (1 - config.hanging.processes),
    ),
    record(
      calls,
      {
        [gauge('recentCalls', 'anthropic_outcome="canceled",anthropic_canceled_by="timeout"')]: 3,
        [gauge('recentCalls', 'anthropic_outcome="canceled",anthropic_canceled_by="application"')]: 70,
      },
      3,
    ),
    record(
      RECORDS.retirement,
      {
        [gauge('modelRetirementDays', 'instance="a"')]: 8,
        [gauge('modelRetirementDays', 'instance="b"')]: 7,
      },
      7,
    ),
    record(
      RECORDS.processes,
      { [gauge('startTime', 'instance="a"')]: 1, [gauge('startTime', 'instance="b"')]: 1 },
      2,
    ),
  ];
}
