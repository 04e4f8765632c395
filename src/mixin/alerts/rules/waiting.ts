/** Alerts on time: calls that hang, calls that the application gives up on, calls that take too long. */
import type { Queries } from '../expressions.ts';
import { RECORDS } from '../names.ts';
import type { AlertRule } from '../rule.ts';
import { MODEL_TEXT, percent, serviceText } from '../text.ts';

/** Calls that get no response, or that the application's own timeout ends. */
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
      note: `Processes wait for the first byte longer than ${factor} times the 99th percentile of the model, or than ${unknownSeconds} s where that is not known.`,
      expr: `${waiting} > ${waitLimit}\nor ${waiting} > ${unknownSeconds} unless ${waitLimit}`,
      summary: `${serviceText(q.config)}: Claude calls hang.`,
      description:
        `The oldest call to ${MODEL_TEXT} has waited {{ $value | humanizeDuration }} for its first byte, in at least ` +
        `${percent(processes)} of the processes that use the model. That is far longer than calls of this model take.`,
    },
    {
      ...common,
      condition: 'timed_out',
      note: "The share of calls that the application's own timeout ended, of a model or else of the service.",
      expr: q.modelElseJob(
        `${RECORDS.modelTimedOutRatio} > ${timeoutRatio}`,
        `${RECORDS.timedOutRatio} > ${timeoutRatio}`,
      ),
      summary: `${serviceText(q.config)}: Claude calls time out.`,
      description:
        `{{ $value | humanizePercentage }} of the calls to ${MODEL_TEXT} were ended by the timeout of the application in the last 5m. ` +
        'They count as canceled, and in no error rate.',
    },
  ];
}

/** Calls take longer than their length explains, or streams begin late. */
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
      note: 'The time that calls took, divided by the time that they may take for their output tokens.',
      expr: `${RECORDS.slowness} > 1`,
      summary: `${serviceText(q.config)}: Claude calls are slow.`,
      description:
        `Successful calls to ${MODEL_TEXT} took {{ printf "%.1f" $value }} times as long as they may: ${callSeconds} s each and ` +
        `${secondsPerToken} s for each output token, retries and waits included, for ${hold}.`,
    },
    {
      ...common,
      condition: 'first_chunk',
      note: 'The mean time to the first chunk of a stream.',
      expr: `${RECORDS.firstChunk} > ${firstChunkSeconds}`,
      summary: `${serviceText(q.config)}: Claude streams begin late.`,
      description:
        `The first chunk of a stream of ${MODEL_TEXT} took {{ $value | humanizeDuration }} on average over the last 5m, for ${hold}. ` +
        `It may take ${firstChunkSeconds} s.`,
    },
  ];
}
