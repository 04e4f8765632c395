/** Changes of rules that change nothing that can happen, with the reason. */
const EQUIVALENT: readonly { readonly rule: RegExp; readonly change: RegExp; readonly reason: string }[] = [
  { rule: /^AnthropicWatchdog$/, change: /vector\(1\)$/, reason: 'any value fires' },
  {
    rule: /^AnthropicAuthenticationFailed$|^AnthropicConsecutiveServerErrors$|no_response$|retry_wait$/,
    change: /^[<>] -> [<>]= /,
    reason: 'an age is never exactly at its limit',
  },
  {
    rule: /^AnthropicErrorBudget|^AnthropicRetriesElevated|^AnthropicReplicaFailing$|^AnthropicSlowCalls/,
    change: /^> -> >= /,
    reason: 'a share of sums over time is never exactly at its limit for long',
  },
  {
    rule: /^AnthropicAuthenticationFailed$|^AnthropicReplicaFailing$/,
    change: /^299s -> 598s /,
    reason: 'the rule needs a second gauge of the same process, which ends after 299 s',
  },
];

/** Why a change of a rule changes nothing, or `undefined` when it does. */
export function equivalence(rule: string, change: string): string | undefined {
  return EQUIVALENT.find((entry) => entry.rule.test(rule) && entry.change.test(change))?.reason;
}
