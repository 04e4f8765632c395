/** A bundle, whose SDK no loader sees: `register` counts it and reports what to do, once. */
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { createApp, freePort, run } from '../helpers/process.ts';

const APP = `
import Anthropic from '@anthropic-ai/sdk';
import { startAnthropicServer } from 'anthropic-otel/testing';
const server = await startAnthropicServer();
const client = new Anthropic({ baseURL: server.url, apiKey: 'test-key', logLevel: 'off' });
const call = () => client.messages.create({ model: 'claude-opus-5-5', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] });
await call();
await call();
const page = await (await fetch('http://localhost:' + process.env.OTEL_EXPORTER_PROMETHEUS_PORT + '/metrics')).text();
console.log('unobserved', /^anthropic_telemetry_clients_total\\{.*observed="false".*\\} (\\d+)$/m.exec(page)?.[1]);
await server.close();
`;

describe.each([
  ['with the OpenTelemetry API', []],
  ['without the OpenTelemetry API', ['@opentelemetry/api']],
])('an SDK in a bundle %s', (_, external) => {
  test('is counted and reported once, with what to do', async () => {
    const folder = createApp({ 'app.mjs': APP });
    await build({
      absWorkingDir: folder,
      entryPoints: ['app.mjs'],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: `${folder}/bundle.mjs`,
      external: ['anthropic-otel', ...external],
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
    });
    const port = await freePort();
    const ended = await run(folder, ['--import', 'anthropic-otel/register', 'bundle.mjs'], {
      OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
      ANTHROPIC_OTEL_LOG: 'none',
    });
    expect(ended).toMatchObject({ code: 0, stdout: 'unobserved 1\n' });
    expect(ended.warnings).toEqual([expect.stringMatching(/is not observed.*bundled.*withTelemetry/)]);
  });
});
