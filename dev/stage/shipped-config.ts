/** The configurations that `docker-compose.yml` mounts, made faster: every second where production has every 15 or 30. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { type Addresses, composeService, mapLeaves, mount, moved } from './compose.ts';

/** The settings that the demo replaces, beside addresses. Everything else is as shipped. */
export const FASTER: Readonly<Record<string, string>> = {
  scrape_interval: '1s',
  evaluation_interval: '1s',
  group_wait: '0s',
  group_interval: '1s',
};

/** The services that have a configuration to adapt, and where they see it. */
const CONFIGURED: Readonly<Record<string, string>> = {
  prometheus: '/etc/prometheus/prometheus.yaml',
  alertmanager: '/etc/alertmanager/alertmanager.yaml',
};

/** Puts all that Prometheus and Alertmanager mount below `folder`, and adapts their configurations there. */
export async function placeConfigurations(folder: string, addresses: Addresses): Promise<void> {
  for (const [name, path] of Object.entries(CONFIGURED)) {
    await mount(await composeService(name), folder);
    const file = join(folder, path);
    await writeFile(file, stringify(adapted(parse(await readFile(file, 'utf8')), addresses)));
  }
}

/** `config` at the addresses of this machine, with the intervals of {@link FASTER}. */
export function adapted<Config>(config: Config, addresses: Addresses): Config {
  return mapLeaves(moved(config, addresses), (leaf, key) => FASTER[key] ?? leaf);
}
