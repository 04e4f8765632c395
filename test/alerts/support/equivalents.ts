/** Changes of rules that change nothing that can happen, with the reason. */
const EQUIVALENT: readonly { readonly rule: RegExp; readonly change: RegExp; readonly reason: string }[] = [
  { rule: /^AnthropicWatchdog$/, change: /vector\(1\)$/, reason: 'any value fires' },
  {
    rule: /^AnthropicResponsesChanged.model$/,
    change: /^anthropic_fallback_cause="other" -> \(left out\)/,
    reason: 'the subtraction pairs series of one cause, and two of its three sides name it',
  },
  {
    rule: /^AnthropicTelemetryDegraded.errors$|time_to_first_chunk:mean5m$/,
    change: /^>=? -> >=? /,
    reason: 'increase() and rate() extrapolate: where exactly the limit lies differs by engine',
  },
];

/** Why a change of a rule changes nothing, or `undefined` when it does. */
export function equivalence(rule: string, change: string): string | undefined {
  return EQUIVALENT.find((entry) => entry.rule.test(rule) && entry.change.test(change))?.reason;
}
