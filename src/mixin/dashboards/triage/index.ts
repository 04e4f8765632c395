/** The home dashboard: which service, and who has to act? */
import { dashboard } from '../lib/dashboard.ts';
import { alertList, logsAndTraces } from '../lib/elsewhere.ts';
import { failureTable } from '../lib/failure-table.ts';
import type { Queries } from '../lib/queries.ts';
import * as objective from './are-we-within-the-objective.ts';
import { whatToDo } from './what-to-do.ts';
import * as what from './what-was-it.ts';
import * as began from './when-did-it-begin.ts';
import { services } from './which-service.ts';
import { pages, verdict } from './who-has-to-act.ts';

/** The triage dashboard. */
export function triage(q: Queries): object {
  return dashboard(q, {
    uid: 'anthropic-triage',
    title: 'Claude: triage',
    description:
      'Which service, and who has to act? Our configuration, our traffic, our input, the network, Anthropic or our application.',
    from: 'now-1h',
    refresh: '30s',
    settings: ['threshold', 'objective', 'budget'],
    sections: [
      {
        lines: [
          [
            verdict(q),
            pages(q),
            alertList({
              title: 'Firing alerts',
              description:
                'Every firing alert of this package, in Prometheus or in Grafana. Silenced alerts are listed too.',
              width: 8,
              height: 5,
            }),
          ],
          [services(q), whatToDo(q)],
          objective.numbers(q),
        ],
      },
      {
        title: 'When did it begin?',
        lines: [
          [began.failuresByFault(q), began.errorRateByModel(q)],
          [began.calls(q), began.attempts(q), began.retries(q)],
        ],
      },
      {
        title: 'What was it?',
        lines: [
          [failureTable(q, 24)],
          [what.exhausted(q), what.streaks(q), what.unauthorized(q)],
          [what.waiting(q), what.active(q), what.outcomes(q)],
          [what.fallbacks(q), what.retiring(q)],
        ],
      },
      logsAndTraces(),
    ],
  });
}
