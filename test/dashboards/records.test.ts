/** Records of a process that counts while a slow scrape of it is in progress. A real Prometheus must record every event. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { startPrometheus } from '../../dev/prometheus.ts';
import { DEFAULT_CONFIG } from '../../src/mixin/config.ts';
import { RECORDED } from '../../src/mixin/dashboards/lib/counts.ts';
import { Queries } from '../../src/mixin/dashboards/lib/queries.ts';
import { RECORD_DELAY, recordExpression } from '../../src/mixin/dashboards/records.ts';

const COUNTER = 'anthropic_client_authentication_failures_total';
/** Seconds in which the process counts. */
const COUNTS = 60;
const WINDOW = 15;

it('records include what a scrape in progress brings', async () => {
  const startedAt = Date.now() / 1000;
  const counted = () => Math.floor(10 * Math.min(COUNTS, Date.now() / 1000 - startedAt));
  // A sample has the time at which its scrape began.
  await using pages = createServer(async (_, response) => {
    await sleep(4000);
    const page = `${COUNTER} ${counted()}\nanthropic_client_start_time ${startedAt}\n`;
    response.setHeader('content-type', 'text/plain; version=0.0.4').end(page);
  }).listen(0, '127.0.0.1');
  await once(pages, 'listening');
  const expr = recordExpression(new Queries(DEFAULT_CONFIG), COUNTER, {
    ...RECORDED,
    window: `${WINDOW}s`,
    seconds: String(WINDOW),
  });
  const group = { name: 'records', interval: `${WINDOW}s`, rules: [{ record: 'events', expr }] };
  await using prometheus = await startPrometheus({
    files: { 'records.yaml': stringify({ groups: [group] }) },
    config: {
      global: { scrape_interval: '5s', scrape_timeout: '5s' },
      rule_files: ['records.yaml'],
      scrape_configs: [
        {
          job_name: 'app',
          static_configs: [{ targets: [`127.0.0.1:${(pages.address() as AddressInfo).port}`] }],
        },
      ],
    },
  });
  // The last scrape, the delay, and the next evaluation.
  await sleep(1000 * (COUNTS + 10 + RECORD_DELAY.seconds + WINDOW));
  expect(await prometheus.number('sum(sum_over_time(events[5m]))')).toBeCloseTo(10 * COUNTS, 6);
});
