import { describe, expect, test } from 'vitest';
import { CJS, ESM, TYPESCRIPT } from '../helpers/apps.ts';
import { createApp, type Ended, freePort, run, startApi } from '../helpers/process.ts';

const REGISTER = 'anthropic-otel/register';

/** The CommonJS copy, in an ES module. */
const REQUIRED = `import { createRequire } from 'node:module';
const { withAttributes } = createRequire(import.meta.url)('anthropic-otel');`;

/** Runs an application under `register`, with a scrape of its own metrics. */
async function runRegistered(
  file: string,
  text: string,
  flags: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const api = await startApi();
  const port = await freePort();
  return run(createApp({ [file]: text }), [...flags, file], {
    BASE_URL: api.url,
    OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
    SCRAPE: `http://localhost:${port}/metrics`,
    ...env,
  });
}

/** The value of a series in the text format; its labels are those that contain `label`. */
function scraped(text: string, name: string, label = ''): number {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) && line.includes(label));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

function expectOneCall(ended: Ended): void {
  expect(ended).toMatchObject({ code: 0, warnings: [] });
  expect(ended.stdout).toContain('"output_tokens":27');
  expect(scraped(ended.stdout, 'anthropic_client_calls_total', 'anthropic_outcome="ok"')).toBe(1);
  expect(scraped(ended.stdout, 'anthropic_client_attempts_total')).toBe(1);
  expect(scraped(ended.stdout, 'gen_ai_client_inference_usage_output_tokens_total')).toBe(27);
  expect(ended.records).toMatchObject([
    { level: 'info', event: 'anthropic.call', method: 'messages.create', outcome: 'ok', output_tokens: 27 },
  ]);
  expect(ended.records[0]?.['time']).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
}

describe('anthropic-otel/register', () => {
  test.each([
    ['--import', 'app.mjs', ESM],
    ['--require', 'app.mjs', ESM],
    ['--import', 'app.cjs', CJS],
    ['--require', 'app.cjs', CJS],
    ['--import', 'app.mts', TYPESCRIPT],
    ['--require', 'app.mts', TYPESCRIPT],
  ])('node %s records the calls of %s', async (flag, file, text) => {
    expectOneCall(await runRegistered(file, text, [flag, REGISTER]));
  });

  test('given by both flags registers nothing twice', async () => {
    const ended = await runRegistered('app.mjs', ESM, ['--import', REGISTER, '--require', REGISTER]);
    expectOneCall(ended);
    expect(ended.stdout).toContain('middleware 1');
  });

  test('with withTelemetry in the application too, counts each call once', async () => {
    const text = ESM.replace('new Anthropic({', 'new Anthropic(withTelemetry({').replace(
      "'off' })",
      "'off' }))",
    );
    const app = `import { withTelemetry } from 'anthropic-otel';\n${text}`;
    const ended = await runRegistered('app.mjs', app, ['--import', REGISTER]);
    expect(ended.stdout).toContain('middleware 1');
    expect(scraped(ended.stdout, 'anthropic_client_calls_total')).toBe(1);
    expect(scraped(ended.stdout, 'anthropic_client_attempts_total')).toBe(1);
  });

  test('with OTEL_SDK_DISABLED does nothing', async () => {
    const ended = await runRegistered('app.mjs', ESM, ['--import', REGISTER], {
      OTEL_SDK_DISABLED: 'true',
      SCRAPE: '',
    });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toContain('middleware 0');
  });

  test('reports a wrong variable once, and uses the default', async () => {
    const ended = await runRegistered('app.mjs', ESM, ['--import', REGISTER], {
      ANTHROPIC_OTEL_LOG_LEVEL: 'loud',
    });
    expect(ended.code).toBe(0);
    expect(ended.warnings).toEqual([
      'anthropic-otel: expected ANTHROPIC_OTEL_LOG_LEVEL to be error, warn or info, got "loud"; using info',
    ]);
    expect(ended.records).toHaveLength(1);
  });

  test.each([
    ['stdout', (ended: Ended) => ended.stdout.split('\n').filter((line) => line.startsWith('{"')).length],
    ['none', (ended: Ended) => ended.stdout.split('\n').filter((line) => line.startsWith('{"')).length],
  ])('writes its log lines to %s when it is set to', async (target, count) => {
    const ended = await runRegistered('app.mjs', ESM, ['--import', REGISTER], { ANTHROPIC_OTEL_LOG: target });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(count(ended)).toBe(target === 'stdout' ? 1 : 0);
  });

  test('reads attribution from the application, whichever copy of the package it imports', async () => {
    for (const copy of ["import { withAttributes } from 'anthropic-otel';", REQUIRED]) {
      const call = ESM.replace(
        'await client.messages.create',
        'await withAttributes({ feature: "chat" }, () => client.messages.create',
      ).replace('.catch(', ').catch(');
      const ended = await runRegistered('app.mjs', `${copy}\n${call}`, ['--import', REGISTER], {
        ANTHROPIC_OTEL_ATTRIBUTION_KEYS: 'team,feature',
        ANTHROPIC_OTEL_ATTRIBUTES: 'team=search',
      });
      expect(ended).toMatchObject({ code: 0, warnings: [] });
      const labels = 'anthropic_attribution_team="search",anthropic_attribution_feature="chat"';
      expect(scraped(ended.stdout, 'anthropic_client_calls_total', labels)).toBe(1);
      expect(ended.records[0]?.['attribution']).toEqual({ team: 'search', feature: 'chat' });
    }
  });

  test('names models before their first call', async () => {
    const ended = await runRegistered('app.mjs', ESM, ['--import', REGISTER], {
      ANTHROPIC_OTEL_MODELS: 'claude-haiku-5-5, claude-sonnet-5-5',
    });
    expect(ended.stdout).toMatch(/anthropic_client_retries_exhausted_total\{.*claude-sonnet-5-5.*\} 0\n/);
  });
});
