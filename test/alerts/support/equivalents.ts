/** Changes of rules that change nothing that can happen, with the reason. */
const EQUIVALENT: readonly { readonly rule: RegExp; readonly change: RegExp; readonly reason: string }[] = [
  {
    rule: /./,
    change: /^<= -> < at \d+ in: \(.* <= \d+\)\)$/,
    reason: 'a process exactly as old as the window had counted nothing a window ago',
  },
  {
    rule: /./,
    change: /-> \(left out\) at \d+ in: or \(\S+(?:\{.*\})? - .* offset \d+m >= 0\)$/,
    reason: 'a difference pairs series of equal labels: the matcher on its other side holds',
  },
];

/** Why a change of a rule changes nothing, or `undefined` when it does. */
export function equivalence(rule: string, change: string): string | undefined {
  return EQUIVALENT.find((entry) => entry.rule.test(rule) && entry.change.test(change))?.reason;
}
