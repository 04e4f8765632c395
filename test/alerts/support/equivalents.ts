/** Changes of rules that change nothing that can happen, with the reason. */
const EQUIVALENT: readonly { readonly rule: RegExp; readonly change: RegExp; readonly reason: string }[] = [];

/** Why a change of a rule changes nothing, or `undefined` when it does. */
export function equivalence(rule: string, change: string): string | undefined {
  return EQUIVALENT.find((entry) => entry.rule.test(rule) && entry.change.test(change))?.reason;
}
