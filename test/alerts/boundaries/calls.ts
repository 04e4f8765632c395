/** Calls that fail, hang or are slow, at their limits. */
import { RECORDS } from '../../../src/mixin/alerts/names.ts';
import { seconds } from '../../../src/mixin/config.ts';
import type { Boundary, Given } from '../support/boundary.ts';
import { above, attempts, below, type Cases } from '../support/boundary-cases.ts';

/** Alerts on calls. */
export function callCases({
  config,
  ofService,
  ofModel,
  of,
  gauge,
  kind,
  limit,
  vanishes,
}: Cases): Boundary[] {
  /** A limit on a ratio, of a model and of the service. */
  const ratioOf = (rule: string, modelRatio: string, jobRatio: string, ratio: number): Boundary[] => [
    limit(rule, (value) => ({ [of(modelRatio, ofModel)]: value }), above(ratio)),
    limit(rule, (value) => ({ [of(jobRatio)]: value }), above(ratio)),
  ];
  /** Any attempt of a kind. */
  const anyOf = (rule: string, name: string): Boundary =>
    limit(rule, (value) => ({ [of(attempts, kind(name))]: value, [of(attempts, kind('other'))]: 7 }), {
      not: [0],
      holds: [1],
    });

  const KEY = 'AnthropicAuthenticationFailed';
  const key = (age: number, failing: number): Given => ({
    [gauge('authenticationFailureAge')]: age,
    [gauge('authenticationFailing')]: failing,
  });
  const RUN = 'AnthropicConsecutiveServerErrors';
  const EXHAUSTED = 'AnthropicRetriesExhausted';
  const { allowedCalls, allowedRatio } = config.retriesExhausted;
  const exhausted = of(RECORDS.exhausted, ofModel);
  const { firstChunkSeconds } = config.latency;
  const HANG = 'AnthropicCallsHanging/no_response';
  const waiting = (value: number, longest?: number): Given => ({
    [of(RECORDS.waiting, ofModel)]: value,
    ...(longest && { [of(RECORDS.waitLimit, ofModel)]: longest }),
  });

  return [
    limit(KEY, (age) => key(age, 0), below(seconds(config.authentication.window))),
    limit(KEY, (age) => key(age, 1), below(seconds(config.authentication.forgetAfter))),
    vanishes(
      KEY,
      { [gauge('authenticationFailureAge')]: 5000 },
      { staying: { [gauge('authenticationFailing')]: 1 }, seen: true, gone: false },
    ),
    vanishes(
      KEY,
      { [gauge('authenticationFailing')]: 1 },
      { staying: { [gauge('authenticationFailureAge')]: 5000 }, seen: true, gone: false },
    ),
    limit(
      RUN,
      (age) => ({ [gauge('serverErrorRunAge')]: age }),
      below(seconds(config.consecutiveServerErrors.window)),
    ),
    vanishes(RUN, { [gauge('serverErrorRunAge')]: 1 }, { seen: true, gone: false }),
    ...ratioOf(
      'AnthropicHighErrorRate',
      RECORDS.modelFailedRatio,
      RECORDS.failedRatio,
      config.errorRate.ratio,
    ),
    ...[of(RECORDS.modelCalls, ofModel), of(RECORDS.calls)].flatMap((all) => [
      limit(EXHAUSTED, (value) => ({ [exhausted]: value, [all]: 1 }), above(allowedCalls)),
      limit(
        EXHAUSTED,
        (value) => ({ [exhausted]: value, [all]: (allowedCalls * 8) / allowedRatio }),
        above(allowedCalls * 8),
      ),
    ]),
    limit(
      EXHAUSTED,
      (value) => ({
        [exhausted]: value / 2,
        [of(RECORDS.exhausted, `${ofService},gen_ai_request_model="n"`)]: value / 2,
        [of(RECORDS.calls)]: 1,
      }),
      above(allowedCalls),
    ),
    anyOf('AnthropicBillingFailed', 'billing'),
    anyOf('AnthropicRequestsRejected/permission', 'permission'),
    anyOf('AnthropicRequestsRejected/model_not_found', 'not_found'),
    limit(
      'AnthropicRequestsRejected/model_not_found',
      (value) => ({ [of(attempts, kind('not_found', ofService))]: value }),
      {
        not: [1],
        holds: [],
      },
    ),
    limit(HANG, (value) => waiting(value, 150), above(150)),
    limit(HANG, (value) => waiting(value), above(config.hanging.unknownSeconds)),
    limit(HANG, (value) => waiting(value, 1000), { not: [config.hanging.unknownSeconds * 1.1], holds: [] }),
    ...ratioOf(
      'AnthropicCallsHanging/timed_out',
      RECORDS.modelTimedOutRatio,
      RECORDS.timedOutRatio,
      config.hanging.timeoutRatio,
    ),
    limit('AnthropicSlowCalls/duration', (value) => ({ [of(RECORDS.slowness, ofModel)]: value }), above(1)),
    limit(
      'AnthropicSlowCalls/first_chunk',
      (value) => ({ [of(RECORDS.firstChunk, ofModel)]: value }),
      above(firstChunkSeconds),
    ),
  ];
}
