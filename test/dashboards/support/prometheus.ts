/** A real Prometheus that scrapes every second, with the shipped rules. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Prometheus, startPrometheus } from '../../../dev/prometheus.ts';
import { rulesYaml } from '../../../src/mixin/alerts/build.ts';
import { DEFAULT_CONFIG } from '../../../src/mixin/config.ts';

/** Starts a Prometheus that scrapes `targets`, ports by instance, as the job `app`. Resolves when it has scraped and evaluated. */
export async function startScraping(targets: Readonly<Record<string, number>>): Promise<Prometheus> {
  const prometheus = await startPrometheus({
    files: { 'rules.yaml': rulesYaml(DEFAULT_CONFIG) },
    config: {
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: ['rules.yaml'],
      scrape_configs: [
        {
          job_name: 'app',
          static_configs: Object.entries(targets).map(([instance, port]) => ({
            targets: [`127.0.0.1:${port}`],
            labels: { instance },
          })),
        },
      ],
    },
  });
  // Targets are first scraped, and rules first evaluated, some seconds after Prometheus is ready.
  for (const expression of ['up', 'ALERTS{alertname="AnthropicWatchdog"}']) {
    while ((await prometheus.instant(expression)).length === 0) await sleep(100);
  }
  return prometheus;
}
