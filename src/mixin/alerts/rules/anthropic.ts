/** Alerts on the other side: overload, server errors, slowness, broken streams. */
import { ATTR } from '../../../signals/names.ts';
import { type Queries, RECORDS } from '../expressions.ts';
import { indent, matching, not, ratio } from '../promql.ts';
import type { AlertRule } from '../rule.ts';
import { MODEL_TEXT, percent } from '../text.ts';

/** The API answers 529. */
export function overloaded(q: Queries): AlertRule {
  const { window, ratio: limit, minAttempts } = q.config.overloaded;
  const failed = q.attempts(window, q.serviceModel, { [ATTR.errorType]: 'overloaded_error' });
  return {
    alert: 'AnthropicOverloaded',
    severity: 'warning',
    fault: 'anthropic',
    keepFiringFor: q.config.keepFiringFor,
    expr: `(\n${indent(ratio(failed, q.attempts(window, q.serviceModel), q.serviceModel, minAttempts))}\n) > ${limit}`,
    summary: `The Claude API is overloaded for more than ${percent(limit)} of the attempts of {{ $labels.job }}.`,
    description:
      `{{ $value | humanizePercentage }} of the attempts of {{ $labels.job }} for ${MODEL_TEXT} were answered with ` +
      `529 overloaded_error in the last ${window}.`,
    dashboard: 'anthropic-errors',
    panel: '429, 529, 5xx, timeouts: which kind of trouble?',
    perModel: true,
  };
}

/** 5xx answers that retries still hide from the users. */
export function serverErrorsRetried(q: Queries): AlertRule {
  const { window, ratio: limit, minAttempts } = q.config.serverErrors;
  const failed = q.attempts(window, q.serviceModel, {
    [ATTR.fault]: 'anthropic',
    [ATTR.errorType]: not('overloaded_error'),
  });
  return {
    alert: 'AnthropicServerErrorsRetried',
    severity: 'warning',
    fault: 'anthropic',
    keepFiringFor: q.config.keepFiringFor,
    expr: `(\n${indent(ratio(failed, q.attempts(window, q.serviceModel), q.serviceModel, minAttempts))}\n) > ${limit}`,
    summary: `More than ${percent(limit)} of the Claude attempts of {{ $labels.job }} meet a server error.`,
    description:
      `{{ $value | humanizePercentage }} of the attempts of {{ $labels.job }} for ${MODEL_TEXT} were answered with a ` +
      `server error (529 apart) in the last ${window}. Retries may hide it from the users; they wait longer.`,
    dashboard: 'anthropic-errors',
    panel: '429, 529, 5xx, timeouts: which kind of trouble?',
    perModel: true,
  };
}

/** Streams that began with status 200 and broke. */
export function streamsInterrupted(q: Queries): AlertRule {
  const { window, ratio: limit, minCalls } = q.config.interruptedStreams;
  const broken = q.attempts(window, q.serviceModel, {
    [ATTR.httpStatus]: '200',
    [ATTR.errorType]: not(''),
  });
  const streamed = q.calls(window, q.serviceModel, {
    [ATTR.stream]: 'true',
    [ATTR.outcome]: matching('ok|error'),
  });
  return {
    alert: 'AnthropicStreamsInterrupted',
    severity: 'warning',
    fault: 'unknown',
    keepFiringFor: q.config.keepFiringFor,
    expr: `(\n${indent(ratio(broken, streamed, q.serviceModel, minCalls))}\n) > ${limit}`,
    summary: `More than ${percent(limit)} of the Claude streams of {{ $labels.job }} break off.`,
    description:
      `{{ $value | humanizePercentage }} of the streams of {{ $labels.job }} from ${MODEL_TEXT} began with status 200 ` +
      `and broke off in the last ${window}. The SDK does not retry these: the user sees half an answer.`,
    dashboard: 'anthropic-errors',
    panel: 'Interrupted streams, by error type',
    perModel: true,
  };
}

/** Calls take much longer than they usually do. */
export function slowCalls(q: Queries): AlertRule {
  return {
    ...slower(q, RECORDS.duration),
    panel: 'p95 of calls and of attempts, by model',
    alert: 'AnthropicSlowCalls',
    summary: 'Claude calls of {{ $labels.job }} take much longer than usual.',
    description: slowerText(q, 'of calls', 'retries and waits included'),
  };
}

/** Streams begin much later than they usually do. */
export function slowFirstChunk(q: Queries): AlertRule {
  return {
    ...slower(q, RECORDS.timeToFirstChunk),
    panel: 'Time to the first chunk, by model',
    alert: 'AnthropicSlowFirstChunk',
    summary: 'Claude streams of {{ $labels.job }} begin much later than usual.',
    description: slowerText(q, 'to the first chunk', 'from the start of the last attempt'),
  };
}

function slower(q: Queries, record: string): Omit<AlertRule, 'alert' | 'summary' | 'description'> {
  const { baseline, baselineOffset, factor, floorSeconds, for: hold } = q.config.latency;
  const usual = `quantile_over_time(0.5, ${record}[${baseline}] offset ${baselineOffset})`;
  return {
    severity: 'warning',
    fault: 'unknown',
    for: hold,
    keepFiringFor: q.config.keepFiringFor,
    expr: `${record}\n> ${factor} * clamp_min(${usual}, ${floorSeconds})`,
    dashboard: 'anthropic-latency',
    perModel: true,
  };
}

function slowerText(q: Queries, what: string, how: string): string {
  const { quantile, factor, baseline, window } = q.config.latency;
  return (
    `The ${Math.round(quantile * 100)}th percentile of the time ${what} of {{ $labels.job }} to ${MODEL_TEXT} ` +
    `(${how}) is {{ $value | humanizeDuration }} over the last ${window}, more than ${factor} times its median of the ` +
    `last ${baseline}.`
  );
}
