/** Alerts on unusual responses: cut or withheld, from another model, without the prompt cache, or from a retiring model. */
import { ATTR } from '../../../signals/names.ts';
import { type Queries, sumOver } from '../expressions.ts';
import { MODEL, RECORDS, STOP_REASON } from '../names.ts';
import { prometheusLabel } from '../promql.ts';
import type { AlertRule } from '../rule.ts';
import { MODEL_TEXT, percent, serviceText } from '../text.ts';

/** More responses than usual are cut or withheld, come from another model, or miss the prompt cache. */
export function responsesChanged(q: Queries): AlertRule[] {
  return [stopReasons(q), model(q), cacheHits(q)].map((rule) => ({
    alert: 'AnthropicResponsesChanged',
    severity: 'warning',
    keepFiringFor: q.config.keepFiringFor,
    ...rule,
  }));
}

/** What the rules of AnthropicResponsesChanged do not share. */
type Condition = Omit<AlertRule, 'alert' | 'severity' | 'keepFiringFor'>;

/** Refusals or cut responses are suddenly more frequent. */
function stopReasons(q: Queries): Condition {
  const { ratio, factor, minCalls } = q.config.stopReasons;
  const on = `on (${q.service}) group_left ()`;
  const share = (window: '1h' | '7d', min = '') =>
    `${sumOver(RECORDS.stopReasons, window)} / ${on} ${min ? `(${sumOver(RECORDS.calls, window)} ${min})` : sumOver(RECORDS.calls, window)}`;
  return {
    condition: 'stop_reasons',
    note: `The share of calls with a stop reason in the last hour, if it exceeds ${factor} times the week's share plus ${percent(ratio)}.`,
    fault: 'input',
    expr: `${share('1h', `>= ${minCalls}`)}\n> ${ratio} + ${factor} * (${share('7d')})`,
    summary: `${serviceText(q.config)}: more Claude responses than usual end with {{ $labels.${STOP_REASON} }}.`,
    description:
      `{{ $value | humanizePercentage }} of the calls of the last hour ended with the stop reason {{ $labels.${STOP_REASON} }}, far more than ` +
      'in the week before. These calls succeed, but their response is cut or withheld.',
    dashboard: 'anthropic-errors',
  };
}

/** Calls get a response from another model family than requested, and no policy requested that. */
function model(q: Queries): Condition {
  const [from, to] = [prometheusLabel(ATTR.fallbackFrom), prometheusLabel(ATTR.fallbackTo)];
  const substituted = q.series('fallbacks', { [ATTR.fallbackCause]: SILENT });
  return {
    condition: 'model',
    note: 'Calls in the last hour that another model served without a requested fallback: the growth of a series, or the value of a new one.',
    fault: 'unknown',
    expr: `sum by (${q.and(from, to)}) (\n  ${substituted} - (${substituted} offset 1h or 0 * ${substituted}) > 0\n)`,
    summary: `${serviceText(q.config)}: a Claude model other than the requested one responds.`,
    description:
      `{{ $labels.${to} }} served {{ printf "%.0f" $value }} call(s) for {{ $labels.${from} }} in the last hour, and the application ` +
      'requested no fallback. Quality and price differ.',
    dashboard: 'anthropic-triage',
  };
}

/** The prompt cache supplies less of the input than usual. */
function cacheHits(q: Queries): Condition {
  const { ratio, minUsual, minTokens } = q.config.cacheHits;
  const usual = `${sumOver(RECORDS.cacheRead, '7d')} / ${sumOver(RECORDS.input, '7d')}`;
  return {
    condition: 'cache_hits',
    note: `The share of input tokens read from the cache in the last hour, if it is below ${percent(ratio)} of the week's share.`,
    fault: 'application',
    expr: [
      `${sumOver(RECORDS.cacheRead, '1h')} / (${sumOver(RECORDS.input, '1h')} >= ${minTokens})`,
      `< ${ratio} * (${usual} > ${minUsual})`,
    ].join('\n'),
    summary: `${serviceText(q.config)}: far less input than usual comes from Claude's prompt cache.`,
    description:
      `{{ $value | humanizePercentage }} of the input tokens of ${MODEL_TEXT} came from the prompt cache in the last hour, less than ` +
      `${percent(ratio)} of the usual share. Input costs more and takes longer.`,
    dashboard: 'anthropic-cost',
    perModel: true,
  };
}

/** A model in use retires soon. */
export function modelRetiring(q: Queries): AlertRule[] {
  const { infoDays, ticketDays } = q.config.retirement;
  const days = RECORDS.retirement;
  const rule = (condition: string, severity: 'info' | 'warning', expr: string, note: string): AlertRule => ({
    alert: 'AnthropicModelRetiring',
    condition,
    note,
    severity,
    fault: 'config',
    expr,
    summary: `${serviceText(q.config)}: a Claude model in use retires soon.`,
    description: `{{ $labels.${MODEL} }} retires in {{ printf "%.0f" $value }} day(s), according to the vendor's published dates. After that date, calls to it get a 404.`,
    dashboard: 'anthropic-triage',
    perModel: true,
  });
  return [
    rule(
      `${ticketDays}d`,
      'warning',
      `${days} <= ${ticketDays}`,
      `A model in use has ${ticketDays} days or fewer left.`,
    ),
    rule(
      `${infoDays}d`,
      'info',
      `(${days} <= ${infoDays}) > ${ticketDays}`,
      `A model in use has ${infoDays} days or fewer left, and more than ${ticketDays}.`,
    ),
  ];
}

/** The cause of a fallback that no policy requested. */
const SILENT = 'other';
