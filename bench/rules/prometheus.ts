/** The Prometheus that the benchmark measures. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { yaml } from '../../alerts/src/build.ts';
import { freePort, start, waitForUrl } from '../../scripts/demo/processes.ts';

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
  await waitForUrl(`http://${address}/-/ready`, child);
  const get = async (path: string): Promise<unknown> => {
    const response = await fetch(`http://${address}/api/v1/${path}`);
    const body = (await response.json()) as { status: string; data: unknown; error?: string };
    if (body.status !== 'success') throw new Error(`${path}: ${body.error}`);
    return body.data;
  };
  return {
    get,
    async configure(config) {
      await writeFile(configFile, yaml(config));
      const response = await fetch(`http://${address}/-/reload`, { method: 'POST' });
      if (!response.ok) throw new Error(await response.text());
    },
    async query(expression) {
      const data = (await get(`query?query=${encodeURIComponent(expression)}`)) as {
        result: { value: [number, string] }[];
      };
      return Number(data.result[0]?.value[1] ?? 0);
    },
  };
}
