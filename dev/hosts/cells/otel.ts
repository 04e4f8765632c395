/** Hosts with other telemetry in the process. */
import { type Cell, cell, quick, REGISTER, REQUIRE, type Seen } from '../cell.ts';
import { SERVER_CJS, SERVER_ESM, SPAN_KEEPER, WORK_CJS, WORK_ESM } from '../texts.ts';

const ESM = { 'app.mjs': SERVER_ESM, 'work.mjs': WORK_ESM() };
const CJS = { 'app.cjs': SERVER_CJS, 'work.cjs': WORK_CJS() };

const NODE_SDK = `const sdk = new NodeSDK({
  spanProcessors: [${SPAN_KEEPER}],
  metricReaders: [new PrometheusExporter({ port: Number(process.env.OTHER_PORT), host: '127.0.0.1' })],
  logRecordProcessors: [],
  instrumentations: [new HttpInstrumentation(), new UndiciInstrumentation()],
});
sdk.start();
`;
const OTEL_MJS = `import { NodeSDK } from '@opentelemetry/sdk-node';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
${NODE_SDK}`;
const OTEL_CJS = `const { NodeSDK } = require('@opentelemetry/sdk-node');
const { PrometheusExporter } = require('@opentelemetry/exporter-prometheus');
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
const { UndiciInstrumentation } = require('@opentelemetry/instrumentation-undici');
${NODE_SDK}`;
const PACKAGES = (unstable: string, undici: string): string[] => [
  ...['sdk-node', 'exporter-prometheus', 'instrumentation-http'].map(
    (name) => `@opentelemetry/${name}@${unstable}`,
  ),
  `@opentelemetry/instrumentation-undici@${undici}`,
];
/** There before this package: its API is below 1.10. */
const OTEL_2 = [[...PACKAGES('~0.223.0', '~0.32.0'), '@opentelemetry/api@~1.9.0'], []];
const OTEL_3 = [...PACKAGES('latest', 'latest'), '@opentelemetry/api@latest'];

/** The application's own endpoint has its own metrics, as without this package. */
async function keepsOwnMetrics({ other }: Seen): Promise<readonly string[]> {
  const text = await other();
  return /^http_(client|server)_/m.test(text) ? [] : [`own metrics: ${text.length} bytes, none of HTTP`];
}

const ownSdk = (['2', '3'] as const).flatMap((line): Cell[] => {
  const base = { packages: line === '2' ? OTEL_2 : OTEL_3, spans: 'joined', check: keepsOwnMetrics } as const;
  const cjs = { ...base, files: { ...CJS, 'otel.cjs': OTEL_CJS } };
  const esm = { ...base, files: { ...ESM, 'otel.mjs': OTEL_MJS } };
  const name = `own NodeSDK, OTel ${line}`;
  return [
    quick(`${name}, cjs, register first`, `node ${REQUIRE} --require=./otel.cjs app.cjs`, cjs),
    quick(`${name}, cjs, own first`, `node --require=./otel.cjs ${REQUIRE} app.cjs`, cjs),
    cell(`${name}, esm, register first`, `node ${REGISTER} --import=./otel.mjs app.mjs`, esm),
    cell(`${name}, esm, own first`, `node --import=./otel.mjs ${REGISTER} app.mjs`, esm),
    cell(`${name}, esm, imported by the application`, `node ${REGISTER} main.mjs`, {
      ...esm,
      files: { ...esm.files, 'main.mjs': `import './otel.mjs';\nawait import('./app.mjs');\n` },
    }),
  ];
});

const AUTO = '@opentelemetry/auto-instrumentations-node';
const AUTO_ENV = {
  OTEL_TRACES_EXPORTER: 'console',
  OTEL_LOGS_EXPORTER: 'none',
  OTEL_NODE_RESOURCE_DETECTORS: 'none',
};
/** The console exporter writes spans to standard output; only their scopes are of interest, and are kept by a patched \`console.dir\`. */
const CONSOLE_KEEPER = `const { dir } = console;
console.dir = (span, ...rest) => {
  if (span?.traceId && span.instrumentationScope) (globalThis.hostSpans ??= []).push({ scope: span.instrumentationScope.name, path: span.attributes?.['url.path'] ?? span.attributes?.['http.target'] });
  else dir.call(console, span, ...rest);
};
// Its own listener for SIGTERM does not end the process.
process.on('SIGTERM', () => setTimeout(() => process.exit(0), 500));
`;
const auto = (
  [
    ['2', [[`${AUTO}@0.80.0`, '@opentelemetry/api@~1.9.0'], []]],
    ['3', [`${AUTO}@latest`, '@opentelemetry/api@latest']],
  ] as const
).flatMap(([line, packages]): Cell[] => {
  const base = { packages, env: { ...AUTO_ENV, OTEL_BSP_SCHEDULE_DELAY: '100' }, spans: 'joined' } as const;
  const cjs = { ...base, files: { ...CJS, 'keep.cjs': CONSOLE_KEEPER } };
  const esm = { ...base, files: { ...ESM, 'keep.cjs': CONSOLE_KEEPER } };
  const name = `auto-instrumentations, OTel ${line}`;
  const [node, other] = ['node --require=./keep.cjs', `${AUTO}/register`];
  return [
    cell(`${name}, cjs, register first`, `${node} ${REQUIRE} --require=${other} app.cjs`, cjs),
    cell(`${name}, cjs, register last`, `${node} --require=${other} ${REQUIRE} app.cjs`, cjs),
    cell(`${name}, esm, register first`, `${node} ${REGISTER} --import=${other} app.mjs`, esm),
    cell(`${name}, esm, register last`, `${node} --import=${other} ${REGISTER} app.mjs`, esm),
  ];
});

const LANGFUSE = `import { NodeSDK } from '@opentelemetry/sdk-node';
import { LangfuseSpanProcessor } from '@langfuse/otel';
const langfuse = new LangfuseSpanProcessor({ publicKey: 'pk', secretKey: 'sk', baseUrl: 'http://127.0.0.1:9' });
new NodeSDK({ spanProcessors: [langfuse, ${SPAN_KEEPER}], metricReaders: [], logRecordProcessors: [] }).start();
`;
const langfuse = {
  packages: [
    [
      '@langfuse/otel@latest',
      '@langfuse/tracing@latest',
      '@opentelemetry/sdk-node@~0.223.0',
      '@opentelemetry/exporter-trace-otlp-http@~0.223.0',
      '@opentelemetry/api@~1.9.0',
    ],
    [],
  ],
  spans: 'joined',
  files: { ...ESM, 'otel.mjs': LANGFUSE },
} as const;

const SENTRY = `import * as Sentry from '@sentry/node';
Sentry.init({
  dsn: 'http://key@127.0.0.1:9/1',
  tracesSampleRate: 1,
  beforeSendTransaction(event) {
    const keep = (globalThis.hostSpans ??= []);
    if (event.transaction === 'GET /metrics') return null;
    keep.push({ scope: 'sentry transaction', name: event.transaction });
    // The attempts are those of this package.
    const own = (span) => span.data?.['anthropic.attempt.number'] === undefined;
    for (const span of (event.spans ?? []).filter(own)) keep.push({ scope: 'sentry span ' + span.origin, name: span.description });
    return null;
  },
});
`;
const sentry = (version: string): Pick<Cell, 'packages' | 'spans' | 'files'> => ({
  packages: [`@sentry/node@${version}`],
  spans: 'kept',
  files: { ...ESM, 'instrument.mjs': SENTRY },
});

const datadog = {
  packages: ['dd-trace@latest'],
  env: {
    DD_TRACE_STARTUP_LOGS: 'false',
    DD_TRACE_AGENT_URL: 'http://127.0.0.1:9',
    DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
    DD_REMOTE_CONFIGURATION_ENABLED: 'false',
  },
} as const;

const PROM_CLIENT = `const client = require('prom-client');
client.collectDefaultMetrics();
require('node:http').createServer(async (_, response) => response.end(await client.register.metrics())).listen(Number(process.env.OTHER_PORT), '127.0.0.1').unref();
`;
const ddEsm = { ...datadog, files: ESM };
const ddCjs = { ...datadog, files: CJS };
const DD_INIT = '--import=dd-trace/initialize.mjs';

export const OTEL_CELLS: readonly Cell[] = [
  ...ownSdk,
  cell('own NodeSDK, OTel 2, installed with one command', `node ${REQUIRE} --require=./otel.cjs app.cjs`, {
    packages: [...PACKAGES('~0.223.0', '~0.32.0'), '@opentelemetry/api@~1.9.0'],
    files: { ...CJS, 'otel.cjs': OTEL_CJS },
    spans: 'joined',
    check: keepsOwnMetrics,
  }),
  ...auto,
  cell('langfuse, register first', `node ${REGISTER} --import=./otel.mjs app.mjs`, langfuse),
  cell('langfuse, langfuse first', `node --import=./otel.mjs ${REGISTER} app.mjs`, langfuse),
  ...['^10.0.0', 'latest'].flatMap((version) => [
    cell(
      `sentry ${version}, register first`,
      `node ${REGISTER} --import=./instrument.mjs app.mjs`,
      sentry(version),
    ),
    cell(
      `sentry ${version}, sentry first`,
      `node --import=./instrument.mjs ${REGISTER} app.mjs`,
      sentry(version),
    ),
  ]),
  cell('dd-trace esm, register first', `node ${REGISTER} ${DD_INIT} app.mjs`, ddEsm),
  cell('dd-trace esm, dd-trace first', `node ${DD_INIT} ${REGISTER} app.mjs`, ddEsm),
  cell('dd-trace cjs, register first', `node ${REQUIRE} --require=dd-trace/init app.cjs`, ddCjs),
  cell('dd-trace cjs, dd-trace first', `node --require=dd-trace/init ${REQUIRE} app.cjs`, ddCjs),
  quick('prom-client', `node ${REQUIRE} --require=./own.cjs app.cjs`, {
    packages: ['prom-client@latest'],
    files: { ...CJS, 'own.cjs': PROM_CLIENT },
    check: async ({ other }) =>
      /^process_cpu_seconds_total/m.test(await other()) ? [] : ['own metrics: none'],
  }),
];
