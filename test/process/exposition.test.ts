/** What `register` serves, as Prometheus reads it. */
import { describe, expect, test } from 'vitest';
import { METRICS, prometheusLabel, prometheusName } from '../../src/index.ts';
import { ESM } from '../helpers/apps.ts';
import { createApp, freePort, run, startApi } from '../helpers/process.ts';

async function scrape(): Promise<string> {
  const api = await startApi();
  const port = await freePort();
  const ended = await run(createApp({ 'app.mjs': ESM }), ['--import', 'anthropic-otel/register', 'app.mjs'], {
    BASE_URL: api.url,
    OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
    SCRAPE: `http://localhost:${port}/metrics`,
  });
  expect(ended.code).toBe(0);
  return ended.stdout.slice(ended.stdout.indexOf('# HELP'));
}

describe('the Prometheus endpoint', () => {
  test('serves each metric under the name and with the labels of the catalogue', async () => {
    const text = await scrape();
    const names = new Set(text.match(/(?<=^# TYPE )\S+/gm));
    const known = new Map(
      Object.values(METRICS).map((metric) => [
        prometheusName(metric),
        metric.attributes.map(prometheusLabel),
      ]),
    );
    for (const name of names) {
      if (name === 'target_info' || name.startsWith('otel_')) continue;
      expect([...known.keys()], name).toContain(name);
    }
    for (const line of text.split('\n').filter((each) => each && !each.startsWith('#'))) {
      const [, name = '', labels = ''] = /^(\w+?)(?:_bucket|_sum|_count)?\{(.*)\}/.exec(line) ?? [];
      const allowed = known.get(name);
      if (!allowed) continue;
      const keys = [...labels.matchAll(/(\w+)="/g)].map(([, key]) => key as string);
      const own = keys.filter((key) => !key.startsWith('otel_scope_') && key !== 'le');
      expect(allowed, line).toEqual(expect.arrayContaining(own));
    }
  });
});
