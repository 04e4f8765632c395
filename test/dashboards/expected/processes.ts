/** What panels must show of processes, and of their series. */
import type { Life } from '../support/ledger.ts';
import type { PodName } from '../support/pods.ts';
import { type Groups, group, sum } from '../support/sums.ts';
import { Collected, type Expectation } from './collected.ts';
import type { Now } from './now.ts';

export function processes(all: Now, running: ReadonlySet<Life>): void {
  const { alive, chosen, end, stated } = all;
  const services = new Set(alive.map(({ pod }) => `${pod.cluster} ${pod.job}`));
  all.now(
    'telemetry: Processes',
    'A',
    Object.fromEntries(
      alive.map(({ pod, startedAt }) => [
        `${pod.cluster} ${pod.instance}`,
        [end - startedAt - 1, end - startedAt + 1] as const,
      ]),
    ),
    'cluster',
    'instance',
  );
  all.now('telemetry: Services', 'A', group([[[], services.size]]));
  all.now(
    'telemetry: Targets down',
    'A',
    group([
      [
        [],
        stated.filter((life) => !running.has(life) && services.has(`${life.pod.cluster} ${life.pod.job}`))
          .length,
      ],
    ]),
  );
  const unobserved = sum(chosen.map((life) => life.unobserved));
  all.add('count', 'telemetry: Unobserved clients', 'A', group([[[], unobserved]]));
  const lost = group([[['logs'], sum(chosen.map(({ lostLines }) => lostLines))]]);
  all.add('count', 'telemetry: Telemetry failures, by stage', 'AB', lost, 'anthropic_telemetry_stage');
  all.add('count', 'telemetry: Telemetry failures', 'A', group([[[], lost['logs'] ?? 0]]));
  all.now('telemetry: Processes that report, and their starts', 'A', group([[[], alive.length]]));
  all.add('quotient', 'telemetry: Processes that report, and their starts', 'B', group([[[], alive.length]]));
}

/** The series on the metrics pages of processes: by service, by metric, by process. */
export function series(pages: readonly (readonly [pod: PodName, page: string])[]): Expectation[] {
  const all = new Collected();
  const lines = pages.flatMap(([pod, page]) =>
    page.split('\n').flatMap((line) => {
      const name = /^(?:anthropic_(?:client|telemetry|resilience)_|gen_ai_client_)\w+/.exec(line)?.[0];
      return name === undefined ? [] : [{ pod, name }];
    }),
  );
  const by = (key: (line: (typeof lines)[number]) => string) => group(lines.map((line) => [[key(line)], 1]));
  const most = (groups: Record<string, number>, count: number) => ({
    '': sum(
      Object.values(groups)
        .toSorted((a, b) => b - a)
        .slice(0, count),
    ),
  });
  const now = (panel: string, refIds: string, groups: Groups, ...labels: string[]) =>
    all.add('now', `telemetry: ${panel}`, refIds, groups, ...labels);
  now('Series', 'A', { '': lines.length });
  now(
    'Series, by service: the 10 with the most',
    'A',
    most(
      by(({ pod }) => `${pod.cluster} ${pod.job}`),
      10,
    ),
  );
  now(
    'Series, by metric',
    'A',
    most(
      by(({ name }) => name.replace(/_(bucket|sum|count)$/, '')),
      20,
    ),
  );
  now(
    'Processes',
    'B',
    by(({ pod }) => `${pod.cluster} ${pod.instance}`),
    'cluster',
    'instance',
  );
  return all.all;
}
