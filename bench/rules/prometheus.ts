/** The Prometheus that the benchmark measures. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, start, waitForUrl } from '../../scripts/demo/processes.ts';
import { askPrometheus, queryNumber } from '../../scripts/prometheus-api.ts';
import { yaml } from '../../src/mixin/alerts/build.ts';

/** A running Prometheus. */
export interface Prometheus {
  /** Makes it read `config` now. */
  configure(config: object): Promise<void>;
  /** What its API answers to `path`. */
  get(path: string): Promise<unknown>;
  /** The value of a query with one result; 0 when it has none. */
  query(expression: string): Promise<number>;
}

/** Starts `program` with its data in `folder`. */
export async function startPrometheus(program: string, folder: string): Promise<Prometheus> {
  const configFile = join(folder, 'prometheus.yml');
  await writeFile(configFile, '');
  const address = `127.0.0.1:${await freePort()}`;
  const child = start(program, [
    `--config.file=${configFile}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=${address}`,
    '--web.enable-lifecycle',
  ]);
  const url = `http://${address}`;
  await waitForUrl(`${url}/-/ready`, child);
  return {
    get: (path) => askPrometheus(url, path),
    query: (expression) => queryNumber(url, expression),
    async configure(config) {
      await writeFile(configFile, yaml(config));
      const response = await fetch(`${url}/-/reload`, { method: 'POST' });
      if (!response.ok) throw new Error(await response.text());
    },
  };
}
