/** Alerts on slow calls: calls that hang, time out in the application, or take too long. */
import type { Queries } from '../expressions.ts';
import { RECORDS } from '../names.ts';
import type { AlertRule } from '../rule.ts';
import { MODEL_TEXT, percent, serviceText } from '../text.ts';

/** Calls get no response, or the application's own timeout ends them. */
export function callsHanging(q: Queries): AlertRule[] {
  const { factor, unknownSeconds, processes, timeoutRatio } = q.config.hanging;
  const { waiting, waitLimit } = RECORDS;
  const common = {
    alert: 'AnthropicCallsHanging',
    severity: 'critical',
    fault: 'unknown',
    keepFiringFor: q.config.keepFiringFor,
    dashboard: 'anthropic-latency',
    perModel: true,
  } as const;
  return [
    {
      ...common,
      condition: 'no_response',
      note: `Processes wait for the first byte longer than ${factor} times the model's 99th percentile, or longer than ${unknownSeconds} s if it is unknown.`,
      expr: `${waiting} > ${waitLimit}\nor ${waiting} > ${unknownSeconds} unless ${waitLimit}`,
      summary: `${serviceText(q.config)}: Claude calls hang.`,
      description:
        `The oldest call to ${MODEL_TEXT} has waited {{ $value | humanizeDuration }} for its first byte, in at least ` +
        `${percent(processes)} of the processes that use the model. Calls to this model usually take far less time.`,
    },
    {
      ...common,
      condition: 'timed_out',
      note: "The share of calls that the application's own timeout ended, for a model or otherwise for the service.",
      expr: q.modelElseJob(
        `${RECORDS.modelTimedOutRatio} > ${timeoutRatio}`,
        `${RECORDS.timedOutRatio} > ${timeoutRatio}`,
      ),
      summary: `${serviceText(q.config)}: Claude calls time out.`,
      description:
        `The application's timeout ended {{ $value | humanizePercentage }} of the calls to ${MODEL_TEXT} in the last 5m. ` +
        'These calls count as canceled, so no error rate shows them.',
    },
  ];
}

/** Calls take longer than their length explains, or streams start late. */
export function slowCalls(q: Queries): AlertRule[] {
  const { callSeconds, secondsPerToken, firstChunkSeconds, for: hold } = q.config.latency;
  const common = {
    alert: 'AnthropicSlowCalls',
    severity: 'warning',
    fault: 'unknown',
    for: hold,
    keepFiringFor: q.config.keepFiringFor,
    dashboard: 'anthropic-latency',
    perModel: true,
  } as const;
  return [
    {
      ...common,
      condition: 'duration',
      note: 'The time that calls took, divided by the allowed time for their output tokens.',
      expr: `${RECORDS.slowness} > 1`,
      summary: `${serviceText(q.config)}: Claude calls are slow.`,
      description:
        `For ${hold}, successful calls to ${MODEL_TEXT} have taken {{ printf "%.1f" $value }} times the allowed time, which is ${callSeconds} s each plus ` +
        `${secondsPerToken} s for each output token, including retries and waits.`,
    },
    {
      ...common,
      condition: 'first_chunk',
      note: 'The mean time to the first chunk of a stream.',
      expr: `${RECORDS.firstChunk} > ${firstChunkSeconds}`,
      summary: `${serviceText(q.config)}: Claude streams start late.`,
      description:
        `For ${hold}, the first chunk of a stream from ${MODEL_TEXT} has taken {{ $value | humanizeDuration }} on average over 5m. ` +
        `${firstChunkSeconds} s are allowed.`,
    },
  ];
}
