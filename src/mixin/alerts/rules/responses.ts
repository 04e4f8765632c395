/** Alerts on what responses are like: cut or withheld, from another model, without the prompt cache, from a model that retires. */
import { ATTR } from '../../../signals/names.ts';
import { type Queries, sumOver } from '../expressions.ts';
import { MODEL, RECORDS, STOP_REASON } from '../names.ts';
import { prometheusLabel } from '../promql.ts';
import type { AlertRule } from '../rule.ts';
import { MODEL_TEXT, percent, serviceText } from '../text.ts';

/** Responses are cut or withheld, come from another model, or without the prompt cache, more than they used to. */
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
    note: `The share of calls with a stop reason in the last hour, above ${factor} times its share of the week plus ${percent(ratio)}.`,
    fault: 'input',
    expr: `${share('1h', `>= ${minCalls}`)}\n> ${ratio} + ${factor} * (${share('7d')})`,
    summary: `${serviceText(q.config)}: more Claude responses than usual end with {{ $labels.${STOP_REASON} }}.`,
    description:
      `{{ $value | humanizePercentage }} of the calls of the last hour ended with the stop reason {{ $labels.${STOP_REASON} }}, far more than ` +
      'in the week before. These calls succeed, with a response that is cut or withheld.',
    dashboard: 'anthropic-errors',
  };
}

/** Calls get a response of another model family than they asked for, and no policy asked for that. */
function model(q: Queries): Condition {
  const [from, to] = [prometheusLabel(ATTR.fallbackFrom), prometheusLabel(ATTR.fallbackTo)];
  const substituted = q.series('fallbacks', { [ATTR.fallbackCause]: SILENT });
  return {
    condition: 'model',
    note: 'Calls of the last hour that another model served without a fallback that anybody asked for: growth, or the value of a new series.',
    fault: 'unknown',
    expr: `sum by (${q.and(from, to)}) (\n  ${substituted} - (${substituted} offset 1h or 0 * ${substituted}) > 0\n)`,
    summary: `${serviceText(q.config)}: another Claude model responds than the requested one.`,
    description:
      `{{ printf "%.0f" $value }} call(s) for {{ $labels.${from} }} were served by {{ $labels.${to} }} in the last hour, without a fallback ` +
      'that the application asked for. Quality and price differ.',
    dashboard: 'anthropic-triage',
  };
}

/** A smaller share of the input comes from the prompt cache. */
function cacheHits(q: Queries): Condition {
  const { ratio, minUsual, minTokens } = q.config.cacheHits;
  const usual = `${sumOver(RECORDS.cacheRead, '7d')} / ${sumOver(RECORDS.input, '7d')}`;
  return {
    condition: 'cache_hits',
    note: `The share of input tokens that were read from the cache in the last hour, below ${percent(ratio)} of its share of the week.`,
    fault: 'application',
    expr: [
      `${sumOver(RECORDS.cacheRead, '1h')} / (${sumOver(RECORDS.input, '1h')} >= ${minTokens})`,
      `< ${ratio} * (${usual} > ${minUsual})`,
    ].join('\n'),
    summary: `${serviceText(q.config)}: Claude's prompt cache is hit far less than usual.`,
    description:
      `{{ $value | humanizePercentage }} of the input tokens of ${MODEL_TEXT} came from the prompt cache in the last hour, less than ` +
      `${percent(ratio)} of the usual share. Input costs more and takes longer.`,
    dashboard: 'anthropic-cost',
    perModel: true,
  };
}

/** A model that is used retires soon. */
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
    description: `{{ $labels.${MODEL} }} retires in {{ printf "%.0f" $value }} day(s), by the vendor's published dates. From then on calls to it get a 404.`,
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

/** The cause of a fallback that no policy asked for. */
const SILENT = 'other';
