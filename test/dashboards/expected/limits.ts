/** What panels must show of rate limits: the lowest reading of all processes. */
import { type Groups, group, sum } from '../support/sums.ts';
import type { Reading } from '../support/wire.ts';
import type { Now } from './now.ts';

function samplesOf(readings: readonly Reading[]): Map<string, Reading[]> {
  const found = new Map<string, Reading[]>();
  for (const reading of readings) {
    const key = `${reading.type} ${reading.model}`;
    found.set(key, [...(found.get(key) ?? []), reading]);
  }
  return found;
}

export function limits(all: Now): void {
  const { end, interval } = all;
  const readings = samplesOf(all.alive.flatMap(({ wire }) => [...wire.limits.values()]));
  const limitLabels = ['anthropic_rate_limit_type', 'gen_ai_request_model'];
  const left = (at: number) => (each: readonly Reading[]) =>
    Math.min(...each.map(({ limit, remaining, reset }) => (reset <= at ? 1 : remaining / limit)));
  const byLimit = (of: (readings: readonly Reading[]) => number | readonly [number, number]): Groups =>
    Object.fromEntries([...readings].map(([key, each]) => [key, of(each)]));
  const share = byLimit((each) => [left(end - 6 * interval)(each), left(end + 1)(each)]);
  all.now(
    'rate-limits: Limits',
    'A',
    byLimit((each) => [1 - left(end + 1)(each), 1 - left(end - 6 * interval)(each)]),
    ...limitLabels,
  );
  all.now(
    'rate-limits: Limits',
    'B',
    byLimit((each) => Math.max(...each.map(({ limit }) => limit))),
    ...limitLabels,
  );
  all.now(
    'rate-limits: Limits',
    'C',
    byLimit((each) => {
      const valid = each.filter(({ reset }) => reset > end);
      return valid.length > 0
        ? Math.min(...valid.map(({ remaining }) => remaining))
        : Math.max(...each.map(({ limit }) => limit));
    }),
    ...limitLabels,
  );
  all.now('rate-limits: Limits', 'D', share, ...limitLabels);
  all.now(
    'rate-limits: Limits',
    'E',
    byLimit((each) => Math.max(0, Math.max(...each.map(({ reset }) => reset)) - end)),
    ...limitLabels,
  );
  const lowest = (at: number) =>
    [...readings]
      .map(([, each]) => left(at)(each))
      .toSorted((a, b) => a - b)
      .slice(0, 10);
  const ten = { '': [sum(lowest(end - 6 * interval)), sum(lowest(end + 1))] as const };
  all.now('rate-limits: The 10 lowest limits, now', 'A', ten);
  all.now('rate-limits: Left of each limit: the 10 lowest', 'A', ten);
  all.now('rate-limits: Limits seen', 'A', group([[[], readings.size]]));
  const falls = group(all.chosen.flatMap(({ wire }) => wire.falls).map((key) => [key, 1]));
  all.add('count', 'rate-limits: Drops below 10 %', 'A', group([[[], sum(Object.values(falls))]]));
  all.add('count', 'rate-limits: Drops below 10 %, by limit', 'AB', falls, ...limitLabels);
  for (const [refId, type] of [
    ['C', 'input_tokens'],
    ['D', 'output_tokens'],
  ] as const) {
    const classes = new Map(
      [...readings].flatMap(([key, [reading]]) =>
        key.startsWith(`${type} `) && reading ? [[key.split('-')[1], reading.limit] as const] : [],
      ),
    );
    all.now(
      'rate-limits: Tokens a minute, against the limits',
      refId,
      group([[[], sum([...classes.values()])]]),
    );
  }
}
