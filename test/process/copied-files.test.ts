/** Applications that are deployed as the files that a tool found they need: Next.js standalone, Nitro and Vercel copy what `@vercel/nft` finds. */
import { cpSync, lstatSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { nodeFileTrace } from '@vercel/nft';
import { expect, onTestFinished, test } from 'vitest';
import { CJS, ESM } from '../helpers/apps.ts';
import { createApp, freePort, run, startApi, startCollector } from '../helpers/process.ts';

/** Copies the files that `entry` needs, as nft finds them, and returns the folder that stands for the root of the file system. */
async function copyFiles(entry: string): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), 'anthropic-otel-copied-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const { fileList } = await nodeFileTrace([entry], { base: '/' });
  for (const file of fileList) {
    const [from, to] = [join('/', file), join(root, file)];
    mkdirSync(dirname(to), { recursive: true });
    if (lstatSync(from).isSymbolicLink())
      symlinkSync(join(root, resolve(dirname(from), readlinkSync(from))), to);
    else cpSync(from, to);
  }
  return root;
}

test.each([
  ['app.mjs', `import 'anthropic-otel/register';\nawait import('./work.mjs');`],
  ['app.cjs', `require('anthropic-otel/register');\n${CJS}`],
])(
  '%s has everything that register loads, also for OTLP, in the files that are copied for it',
  async (name, text) => {
    const [api, collector] = await Promise.all([startApi(), startCollector()]);
    const app = createApp({ [name]: text, 'work.mjs': ESM });
    const root = await copyFiles(join(app, name));

    const { code, records, warnings } = await run(join(root, app), [name], {
      BASE_URL: api.url,
      ANTHROPIC_API_KEY: 'test-key',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_METRICS_EXPORTER: 'prometheus,otlp',
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_LOGS_EXPORTER: 'otlp',
      OTEL_EXPORTER_PROMETHEUS_PORT: String(await freePort()),
    });

    expect({ code, warnings }).toEqual({ code: 0, warnings: [] });
    expect(records).toEqual([
      expect.objectContaining({ event: 'anthropic.call', outcome: 'ok', attempts: 1 }),
    ]);
    expect([...collector.received.keys()].sort()).toEqual(['/v1/logs', '/v1/metrics', '/v1/traces']);
  },
);
