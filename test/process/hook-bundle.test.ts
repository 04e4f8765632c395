/** `register` in a bundle works, or reports in one line what to do. */
import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { createApp, run, startApi } from '../helpers/process.ts';

const APP = `import 'anthropic-otel/register';
import Anthropic from '@anthropic-ai/sdk';
import { withTelemetry } from 'anthropic-otel';
const client = new Anthropic(withTelemetry({ baseURL: process.env.BASE_URL }));
const message = await client.messages.create({ model: 'claude-opus-5-5', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] });
console.log(message.usage.output_tokens);
`;

/** Dependencies in CommonJS ask for builtins. */
const BANNER = `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);`;

async function bundle(folder: string, outfile: string, external: string[]): Promise<readonly string[]> {
  const { warnings } = await build({
    absWorkingDir: folder,
    entryPoints: ['app.mjs'],
    outfile: join(folder, outfile),
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: BANNER },
    external,
    logLevel: 'silent',
  });
  return warnings.map(({ text }) => text);
}

describe('a bundle', () => {
  test.each([
    ['with everything in it', []],
    ['that leaves this package out', ['anthropic-otel']],
    ['that leaves the SDK out', ['@anthropic-ai/sdk']],
  ])('%s is made without a warning, and records', async (_title, external) => {
    const api = await startApi();
    const folder = createApp({ 'app.mjs': APP });
    expect(await bundle(folder, 'bundle.mjs', external)).toEqual([]);
    const ended = await run(folder, ['bundle.mjs'], { BASE_URL: api.url, OTEL_METRICS_EXPORTER: 'none' });
    expect(ended).toMatchObject({ code: 0, stdout: '9\n', warnings: [] });
    expect(ended.records).toMatchObject([{ event: 'anthropic.call', outcome: 'ok', attempts: 1 }]);
  });

  test('that was moved away from its packages runs, and reports what to do', async () => {
    const api = await startApi();
    const folder = createApp({ 'app.mjs': APP });
    const elsewhere = createApp({});
    await bundle(folder, join('..', basename(elsewhere), 'bundle.mjs'), []);
    rmSync(join(elsewhere, 'node_modules'), { recursive: true });
    const ended = await run(elsewhere, ['bundle.mjs'], { BASE_URL: api.url, OTEL_METRICS_EXPORTER: 'none' });
    expect(ended).toMatchObject({ code: 0, stdout: '9\n', records: [] });
    expect(ended.warnings).toEqual([expect.stringMatching(/^anthropic-otel: .*bundle.*external package/)]);
  });
});
