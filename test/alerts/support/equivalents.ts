/** Changes of rules that change nothing that can happen, with the reason. */
const EQUIVALENT: readonly { readonly rule: RegExp; readonly change: RegExp; readonly reason: string }[] = [
  {
    rule: /^AnthropicConsecutiveServerErrors$/,
    change: /^>= -> > at \d+ in: or count by .*_streak >= 2 /,
    reason: 'a run of two is counted, in the same window',
  },
  {
    rule: /_cost_usd:events5m$/,
    change: /^<= -> < at \d+ in: .* <= 420 /,
    reason: 'a process of exactly that age was seen a window ago, or first seen later than birthGrace allows',
  },
  { rule: /^AnthropicWatchdog$/, change: /vector\(1\)$/, reason: 'any value fires' },
];

/** Why a change of a rule changes nothing, or `undefined` when it does. */
export function equivalence(rule: string, change: string): string | undefined {
  return EQUIVALENT.find((entry) => entry.rule.test(rule) && entry.change.test(change))?.reason;
}
