/** The harms that instrumentations of this SDK are known to do, one by one, in applications of their own. */
import { describe, expect, test } from 'vitest';
import { respond } from '../../src/testing/index.ts';
import { createApp, freePort, run, startApi } from '../helpers/process.ts';
import { CONNECTIONS, GLOBALS, SETUP, UNTOUCHED } from './support/apps.ts';
import { expectUnharmed, REGISTER } from './support/pair.ts';

describe('no harm', () => {
  test('a rejection that the application does not handle crashes it as before', async () => {
    const text = `${SETUP}\nclient.messages.create(request).then(() => {});`;
    const pair = await expectUnharmed(text, () => [respond.error(400)]);
    expect(pair.bare.code).toBe(1);
    expect(pair.observed.code).toBe(1);
  });

  test('no provider, context manager or propagator is registered by withTelemetry and observe', async () => {
    const { observed } = await expectUnharmed(GLOBALS, undefined, {
      ways: [[], []],
      env: { ANTHROPIC_OTEL_LOG: 'none' },
    });
    expect(observed.stdout).toBe('"ProxyTracerProvider" "NoopMeterProvider" "message"\n');
  });

  test('environment, parameters and handlers of the process stay as they were', async () => {
    const { bare, observed } = await expectUnharmed(UNTOUCHED);
    expect(observed.stdout).toBe(bare.stdout);
    expect(observed.stdout).toContain('true true');
  });

  test('a process that makes no call connects to nothing, and one that does connects to the API alone', async () => {
    const api = await startApi();
    const text = `${SETUP}\nif (process.env.CALL) await client.messages.create(request);`;
    const folder = createApp({ 'connections.cjs': CONNECTIONS, 'app.mjs': text });
    const flags = ['--require', './connections.cjs', '--import', REGISTER, 'app.mjs'];
    for (const [call, ports] of [
      ['', []],
      ['yes', [`connects ${api.port}`]],
    ] as const) {
      const env = { CALL: call, BASE_URL: api.url, OTEL_EXPORTER_PROMETHEUS_PORT: String(await freePort()) };
      const ended = await run(folder, flags, env);
      expect(ended).toMatchObject({ code: 0, warnings: [] });
      expect(ended.stdout.split('\n').filter(Boolean)).toEqual(ports);
    }
  });
});
