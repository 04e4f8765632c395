/** What doctor finds in the folder and in the variables of an application. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cli, createFolder } from '../support/cli.ts';
import { findings, findingsIn, found, HEALTHY_PACKAGES, installed } from './support.ts';

const HEALTHY = installed(HEALTHY_PACKAGES);
const manifest = (content: object): Record<string, string> => ({ 'package.json': JSON.stringify(content) });

test('prints each finding with its name and what to do', async () => {
  const folder = createFolder(installed({ 'node_modules/anthropic-otel': '0.1.0' }));
  const ended = await cli(folder, ['doctor']);
  expect(ended.code).toBe(1);
  expect(ended.stdout).toBe(
    '✗ @anthropic-ai/sdk is not installed here. [sdk-missing]\n' +
      '  Install it (npm install @anthropic-ai/sdk), or run doctor in the folder of the application.\n',
  );
});

describe('packages', () => {
  test('a healthy application, and an empty folder, have no finding', async () => {
    expect(await findings([], { files: HEALTHY })).toEqual([]);
    expect(await findings([])).toEqual([]);
  });

  test.each<[string, Record<string, string | undefined>]>([
    ['sdk-missing', { 'node_modules/@anthropic-ai/sdk': undefined }],
    ['sdk-version', { 'node_modules/@anthropic-ai/sdk': '0.38.0' }],
    ['sdk-version', { 'node_modules/@anthropic-ai/sdk': '2.0.0' }],
    ['sdk-duplicates', { 'node_modules/@langchain/anthropic/node_modules/@anthropic-ai/sdk': '0.122.0' }],
    [
      'sdk-duplicates',
      { 'node_modules/.pnpm/@anthropic-ai+sdk@0.122.0/node_modules/@anthropic-ai/sdk': '0.122.0' },
    ],
    ['package-missing', { 'node_modules/anthropic-otel': undefined }],
    ['package-version', { 'node_modules/anthropic-otel': '0.0.1' }],
    ['package-duplicates', { 'node_modules/worker/node_modules/anthropic-otel': '0.0.9' }],
    ['opentelemetry-api-duplicates', { 'node_modules/worker/node_modules/@opentelemetry/api': '1.9.0' }],
    ['opentelemetry-sdk-version', { 'node_modules/@opentelemetry/sdk-metrics': '1.30.0' }],
  ])('%s, with %j', async (id, change) => {
    expect(await found([], { files: installed({ ...HEALTHY_PACKAGES, ...change }) })).toEqual([id]);
  });

  test('finds the packages of a workspace in the folder above, and a linked package', async () => {
    const root = createFolder({
      ...installed({ ...HEALTHY_PACKAGES, 'node_modules/@anthropic-ai/sdk': undefined }),
      'sources/sdk/package.json': '{"name":"@anthropic-ai/sdk","version":"1.11.0"}',
      'packages/app/package.json': '{}',
    });
    const app = join(root, 'packages/app');
    expect(await findingsIn(app, [])).toMatchObject([{ id: 'sdk-missing' }]);
    mkdirSync(join(root, 'node_modules/@anthropic-ai'));
    symlinkSync(join(root, 'sources/sdk'), join(root, 'node_modules/@anthropic-ai/sdk'));
    expect(await findingsIn(app, [])).toEqual([]);
  });

  test('double-instrumentation', async () => {
    const files = {
      ...HEALTHY,
      ...manifest({ dependencies: { '@traceloop/instrumentation-anthropic': '1' } }),
    };
    expect(await found([], { files })).toEqual(['double-instrumentation']);
  });
});

describe('bundles', () => {
  const SDK = 'headers={"X-Stainless-Retry-Count":String(n)}';

  test.each([
    [
      'the start script runs a bundle',
      { ...manifest({ scripts: { start: 'node dist/app.js' } }), 'dist/app.js': SDK },
    ],
    [
      'the manifest names a bundle',
      { ...manifest({ main: 'out/index.cjs' }), 'out/index.cjs': SDK.toLowerCase() },
    ],
    ['Next.js has no configuration', manifest({ dependencies: { next: '16', '@anthropic-ai/sdk': '1' } })],
    [
      'Next.js keeps other packages out',
      {
        ...manifest({ dependencies: { next: '16', '@anthropic-ai/sdk': '1' } }),
        'next.config.ts': "export default { serverExternalPackages: ['sharp'] };",
      },
    ],
  ])('sdk-bundled: %s', async (_name, files: Record<string, string>) => {
    expect(await found([], { files })).toEqual(['sdk-bundled']);
  });

  test.each([
    [
      'a bundle with withTelemetry',
      { ...manifest({ main: 'app.js' }), 'app.js': `${SDK}; import "anthropic-otel"` },
    ],
    ['a bundle without the SDK', { ...manifest({ main: 'app.js' }), 'app.js': 'import "@anthropic-ai/sdk"' }],
    ['a start file that is not built yet', manifest({ scripts: { start: 'node dist/app.js' } })],
    ['Next.js without the SDK', manifest({ dependencies: { next: '16' } })],
    [
      'Next.js that keeps the SDK out',
      {
        ...manifest({ dependencies: { next: '16', '@anthropic-ai/sdk': '1' } }),
        'next.config.mjs': "export default { serverExternalPackages: ['@anthropic-ai/sdk'] };",
      },
    ],
    ['a manifest that is damaged', { 'package.json': '{' }],
  ])('is silent about %s', async (_name, files: Record<string, string>) => {
    expect(await findings([], { files })).toEqual([]);
  });
});

describe('variables', () => {
  const OTLP = { OTEL_METRICS_EXPORTER: 'otlp' };
  const DELTA = { ...OTLP, OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'Delta' };

  test.each([
    ['telemetry-disabled', { OTEL_SDK_DISABLED: 'True' }],
    ['metrics-disabled', { OTEL_METRICS_EXPORTER: 'none' }],
    ['metrics-disabled', { OTEL_METRICS_EXPORTER: 'prometheus, none' }],
  ])('%s: %j in the shell, or in .env', async (id, env: Record<string, string>) => {
    const text = Object.entries(env).map(([name, value]) => `export ${name}="${value}" # as it is\n`);
    expect(await findings([], { env })).toMatchObject([
      { id, problem: expect.stringContaining('in this shell') },
    ]);
    expect(await findings([], { files: { '.env': text.join('') } })).toMatchObject([
      { id, problem: expect.stringContaining('in .env') },
    ]);
  });

  test('delta-temporality, where metrics go to a Prometheus', async () => {
    const ids = async (env: Record<string, string>, args: string[]): Promise<readonly string[]> =>
      found(args, { env });
    // Nothing listens there: that is another finding.
    const args = ['--prometheus', 'http://127.0.0.1:9'];
    expect(await ids(DELTA, args)).toContain('delta-temporality');
    expect(await ids(DELTA, [])).toEqual([]);
    expect(await ids(OTLP, args)).not.toContain('delta-temporality');
  });

  test.each([{}, { OTEL_SDK_DISABLED: 'false' }, { OTEL_METRICS_EXPORTER: 'prometheus,otlp' }])(
    'is silent about %j',
    async (env: Record<string, string>) => {
      expect(await findings([], { env, files: { '.env': 'OTEL_SERVICE_NAME=chat\n' } })).toEqual([]);
    },
  );

  test('a variable of the shell wins over .env', async () => {
    const files = { '.env': 'OTEL_SDK_DISABLED=true\n' };
    expect(await findings([], { files, env: { OTEL_SDK_DISABLED: 'false' } })).toEqual([]);
  });
});
