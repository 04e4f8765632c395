/** What is judged by path: rejected keys, and runs of server errors. */
import { during, type Scenario, silent } from '../support/scenario.ts';
import { type CallSpec, HAIKU, OPUS, traffic } from '../support/simulate.ts';

const ERROR_RATE = 'AnthropicHighErrorRate';

const KEYS: readonly Scenario[] = [
  {
    name: 'a 401 on the first call after a deploy, until a call with a new key is accepted',
    processes: [{ start: 1190, calls: [{ at: 1201, attempts: ['authentication'] }, { at: 3000 }] }],
    shows: ['http_route'],
    checks: [
      ...silent(1185, 1200, 15),
      ...during(1215, 3000, ['AnthropicAuthenticationFailed http_route=/v1/messages'], 105),
      // 5 minutes more, so that it does not flap.
      ...during(3015, 3285, ['AnthropicAuthenticationFailed http_route=/v1/messages'], 90),
      ...silent(3315, 3900, 195),
    ],
  },
  {
    name: 'a 401 that is followed by an accepted call at once still pages for 10 minutes',
    processes: [{ calls: [{ at: 1201, attempts: ['authentication'] }, { at: 1202 }] }],
    checks: [
      { at: 1200, firing: [] },
      ...during(1215, 2085, ['AnthropicAuthenticationFailed'], 145),
      ...silent(2115, 2700, 195),
    ],
  },
  {
    name: 'one call in 20 minutes, each with a 401',
    processes: [
      {
        calls: Array.from({ length: 6 }, (_, i) => ({
          at: 1201 + i * 1200,
          attempts: ['authentication'] as const,
        })),
      },
    ],
    checks: [...silent(600, 1200), ...during(1215, 7500, ['AnthropicAuthenticationFailed'], 195)],
    evaluate: 15,
  },
  {
    name: 'a 401 one minute into a gap of 7 minutes between scrapes, and an accepted call after it',
    processes: [
      { unseen: [[1140, 1560]], calls: [{ at: 1200, attempts: ['authentication'] }, { at: 1210 }] },
    ],
    checks: [
      ...silent(900, 1545),
      ...during(1560, 2085, ['AnthropicAuthenticationFailed'], 105),
      ...silent(2115, 2400),
    ],
  },
  {
    name: 'the process dies while its key is rejected',
    processes: [{ end: 1800, calls: [{ at: 1201, attempts: ['authentication'] }] }],
    checks: [
      ...during(1215, 1785, ['AnthropicAuthenticationFailed'], 95),
      // 5 minutes in which it still counts, and 5 more.
      ...during(1800, 2370, ['AnthropicAuthenticationFailed'], 95),
      ...silent(2415, 3000, 195),
    ],
  },
  {
    name: 'a process with a 401 long ago and nothing since is forgotten after a day',
    skip: 0,
    processes: [{ start: -90_000, calls: [{ at: -85_800, attempts: ['authentication'] }] }],
    checks: [...during(0, 870, ['AnthropicAuthenticationFailed'], 190), ...silent(930, 1500, 190)],
  },
  {
    name: 'every call has a 401: its own page, and none on the error rate',
    processes: [{ calls: traffic(60, { from: 1200, to: 3000, attempts: ['authentication'] }) }],
    checks: during(1500, 3000, ['AnthropicAuthenticationFailed'], 300),
  },
  {
    name: 'every second call has a 401, and every fourth one another failure',
    processes: [
      {
        calls: [
          ...traffic(40, { from: 1200, to: 2400, attempts: ['authentication'] }),
          ...traffic(20, { from: 1200, to: 2400, attempts: ['broken_stream'] }),
          ...traffic(20, { from: 1200, to: 2400 }),
        ],
      },
    ],
    checks: [{ at: 1500, firing: ['AnthropicAuthenticationFailed', ERROR_RATE] }],
  },
  {
    name: 'a 401 of a tenant on another path does not hold back the error rate',
    processes: [
      {
        calls: [
          { at: 1201, attempts: ['authentication'], model: '', route: '/v1/models' },
          { at: 1201, count: 10, attempts: ['broken_stream'] },
          { at: 1201, count: 90 },
        ],
      },
    ],
    shows: ['http_route'],
    checks: during(1230, 1470, ['AnthropicAuthenticationFailed http_route=/v1/models', ERROR_RATE], 60),
  },
];

const RUN = 'AnthropicConsecutiveServerErrors';
const runs = (name: string, calls: readonly CallSpec[], checks: Scenario['checks']): Scenario => ({
  name,
  processes: [{ calls }],
  shows: ['http_route'],
  checks,
});
const SERVER_ERRORS: readonly Scenario[] = [
  runs(
    'two 500 in a row on one path, by two models',
    [
      { at: 1201, attempts: ['server_error', 'ok'], model: OPUS },
      { at: 1290, attempts: ['server_error'], model: OPUS },
      { at: 1291, attempts: ['server_error', 'ok'], model: HAIKU },
    ],
    [
      ...silent(1200, 1290, 15),
      ...during(1305, 2175, [`${RUN} http_route=/v1/messages`], 145),
      ...silent(2205, 2400, 195),
    ],
  ),
  runs('a single 500', [{ at: 1201, attempts: ['server_error', 'ok'] }], silent(1200, 2400)),
  runs(
    'single 500s, each followed by an accepted call',
    Array.from({ length: 12 }, (_, i) => [
      { at: 1201 + i * 60, attempts: ['server_error'] as const },
      { at: 1202 + i * 60 },
    ])
      .flat()
      // So few that they are within the budget of exhausted calls.
      .filter((_, i) => i < 4),
    silent(1200, 2400),
  ),
  runs(
    'a run that grows every 9 minutes for an hour',
    Array.from(
      { length: 7 },
      (_, i): CallSpec => ({ at: 1201 + i * 540, attempts: ['server_error', 'server_error', 'ok'] }),
    ),
    [...silent(1200, 1200), ...during(1215, 4441, [`${RUN} http_route=/v1/messages`], 270)],
  ),
];

/** Rejected keys, and runs of server errors. */
export const PATHS: readonly Scenario[] = [...KEYS, ...SERVER_ERRORS].map((scenario) => ({
  skip: 900,
  ...scenario,
}));
