/** Findings as text that one can work with: what is wrong, how to see it again, and the smallest session. */
import type { Finding, Findings } from './findings.ts';

const LONGEST = 60;
const FIELD = 700;

/** `findings` as text. */
export function report({ sdk, calls, sessions, undecided, unhandled, found }: Findings): string {
  const numbers = `${calls} calls in ${sessions} sessions, ${undecided} of which differ without telemetry too`;
  return [
    `SDK ${sdk}: ${numbers}; ${found.length} kinds of mismatch`,
    ...unhandled.map((text) => `  unhandled: ${text}`),
    ...found.map((each) => reportOne(sdk, each)),
  ].join('\n');
}

function reportOne(sdk: string, { kind, seeds, model = 'any', expected, actual, session }: Finding): string {
  return [
    `  ${kind}: ${seeds.length} times (seeds ${seeds.slice(0, 5).join(', ')})`,
    `    replay    PROPERTY_SDK=${sdk} PROPERTY_SEED=${seeds[0]} PROPERTY_CALLS=1 npm run test:properties`,
    `    call      ${model}`,
    `    expected  ${text(expected, FIELD)}`,
    `    actual    ${text(actual, FIELD)}`,
    `    session   ${text({ ...stated(session), calls: undefined }, FIELD)}`,
    ...session.calls.flatMap(({ replies, ...call }) => [
      `      call    ${text(stated(call), FIELD)}`,
      ...replies.map((reply) => `      reply   ${text(stated(reply), FIELD)}`),
    ]),
  ].join('\n');
}

/** `value` without what is empty. */
function stated(value: object): object {
  return Object.fromEntries(
    Object.entries(value).filter(
      ([, each]) => each !== undefined && each !== false && !(Array.isArray(each) && each.length === 0),
    ),
  );
}

function text(value: unknown, longest: number): string {
  const short = JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'string' && each.length > LONGEST ? `${each.slice(0, LONGEST)}… (${each.length})` : each,
  );
  return short.length > longest ? `${short.slice(0, longest)}…` : short;
}
