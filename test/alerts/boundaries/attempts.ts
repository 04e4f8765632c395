/** Attempts, replicas, rate limits and policies, at their limits. */
import { RECORDS } from '../../../src/mixin/alerts/names.ts';
import { seconds } from '../../../src/mixin/config.ts';
import type { Boundary, Given } from '../support/boundary.ts';
import { above, below, type Cases, phase, record } from '../support/boundary-cases.ts';

/** Alerts on attempts. */
export function attemptCases({
  config,
  ofService,
  ofModel,
  of,
  gauge,
  kind,
  limit,
  vanishes,
}: Cases): Boundary[] {
  /** A limit on the share of a kind of attempts, of a model and of the service. */
  const shareOf = (rule: string, kinds: readonly string[], ratio: number): Boundary[] =>
    kinds.flatMap((name) =>
      (
        [
          [RECORDS.modelAttemptRatio, ofModel],
          [RECORDS.attemptRatio, ofService],
        ] as const
      ).map(([share, labels]) =>
        limit(
          rule,
          (value) => ({ [of(share, kind(name, labels))]: value, [of(share, kind('other', labels))]: 0.9 }),
          above(ratio),
        ),
      ),
    );
  const REPLICA = 'AnthropicReplicaFailing';
  const replica = (failed: number, ok: number, ratio = config.errorRate.ratio): Given => ({
    [of(RECORDS.replicaFailed)]: failed,
    [gauge('recentAttempts', 'anthropic_attempt_kind="ok"')]: ok,
    [gauge('recentAttempts', 'anthropic_attempt_kind="authentication"')]: 1000,
    [of(RECORDS.failedRatio)]: ratio,
    [of(RECORDS.failedAttemptRatio)]: config.replica.ratio,
  });
  const few = config.replica.minFailed;
  const PRESSURE = 'AnthropicRateLimitPressure';
  const left = { [of(RECORDS.headroom, ofModel)]: config.rateLimit.headroom };
  const low = { [of(RECORDS.headroom, ofModel)]: config.rateLimit.headroom * 0.9 };
  const headroomSamples = seconds(config.rateLimit.headroomFor) / 15;

  return [
    limit(
      REPLICA,
      (value) => replica(few * 100 * value, few * 100 * (1 - value)),
      above(config.replica.ratio),
    ),
    limit(REPLICA, (value) => replica(few, 0, value), {
      not: [config.errorRate.ratio * 1.02],
      holds: [config.errorRate.ratio],
    }),
    limit(REPLICA, (value) => ({ ...replica(few, 0), [of(RECORDS.failedAttemptRatio)]: value }), {
      not: [config.replica.ratio * 1.02],
      holds: [config.replica.ratio],
    }),
    vanishes(
      REPLICA,
      { [gauge('recentAttempts', 'anthropic_attempt_kind="ok"')]: few * 100 },
      { staying: { [of(RECORDS.replicaFailed)]: few }, seen: false, gone: true },
    ),
    ...[few, few - 1].map((failed) =>
      record(
        RECORDS.replicaFailed,
        {
          [gauge('recentAttempts', 'anthropic_attempt_kind="broken_stream"')]: failed - 1,
          [gauge('recentAttempts', 'anthropic_attempt_kind="invalid"')]: 1,
          [gauge('recentAttempts', 'anthropic_attempt_kind="ok"')]: 100,
          [gauge('recentAttempts', 'anthropic_attempt_kind="authentication"')]: 100,
        },
        failed < few ? undefined : failed,
      ),
    ),
    vanishes(
      RECORDS.replicaFailed,
      { [gauge('recentAttempts', 'anthropic_attempt_kind="broken_stream"')]: few },
      { seen: few, gone: undefined },
    ),
    ...shareOf(
      'AnthropicRetriesElevated/anthropic',
      ['overloaded', 'server_error', 'broken_stream'],
      config.retries.ratio,
    ),
    ...shareOf('AnthropicRetriesElevated/network', ['network', 'timeout'], config.retries.ratio),
    ...shareOf(`${PRESSURE}/rejected`, ['rate_limit'], config.rateLimit.ratio),
    ...shareOf('AnthropicRequestsRejected/invalid', ['invalid'], config.invalidRequests.ratio),
    {
      rule: `${PRESSURE}/headroom`,
      phases: [
        phase(60, left, false),
        phase(headroomSamples - 1, low, false),
        phase(60, low, true),
        phase(60, left, false),
      ],
    },
    limit(
      `${PRESSURE}/retry_wait`,
      (value) => ({
        [gauge('oldestCallAge', 'anthropic_call_phase="retry_wait"')]: value,
        [gauge('oldestCallAge', 'anthropic_call_phase="first_byte"')]: 10_000,
      }),
      above(config.hanging.retryWaitSeconds),
    ),
  ];
}

/** Alerts on the policies. */
export function policyCases({ config, ofModel, of, gauge, limit, vanishes }: Cases): Boundary[] {
  const POLICY = 'AnthropicPoliciesDegraded';
  const decided = (name: string): string =>
    gauge('recentDecisions', `anthropic_resilience_decision="${name}"`);
  const all = { [of(RECORDS.modelCalls, ofModel)]: 1000 };
  return [
    limit(`${POLICY}/circuit_open`, (value) => ({ [gauge('circuitOpen')]: value }), { not: [0], holds: [1] }),
    limit(
      `${POLICY}/falling_back`,
      (value) => ({ ...all, [decided('fallback_served')]: value * 1000, [decided('other')]: 900 }),
      above(config.policies.fallbackRatio),
    ),
    vanishes(
      `${POLICY}/falling_back`,
      { [decided('fallback_served')]: 1000 },
      { staying: all, seen: true, gone: false },
    ),
    limit(`${POLICY}/retry_budget`, (value) => ({ [gauge('retryBudget')]: value }), below(1)),
    limit(
      `${POLICY}/queue_age`,
      (value) => ({ [gauge('queueAge')]: value }),
      above(config.policies.queueSeconds),
    ),
    limit(
      `${POLICY}/deferred_age`,
      (value) => ({ [gauge('deferredAge')]: value }),
      above(config.policies.deferredHours * 3600),
    ),
    limit(`${POLICY}/dead_letters`, (value) => ({ [gauge('deadLetters')]: value }), { not: [0], holds: [1] }),
  ];
}
