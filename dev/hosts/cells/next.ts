/** Next.js: two versions, two bundlers, in development, built and standalone, with the SDK external and bundled. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cell, REGISTER } from '../cell.ts';
import { WORK_ESM } from '../texts.ts';

const CALLED = WORK_ESM();
const WITH_TELEMETRY = WORK_ESM(
  'new Anthropic(withTelemetry({}))',
  `import Anthropic from '@anthropic-ai/sdk';\nimport { withTelemetry } from 'anthropic-otel';`,
);
const route = (name: string, value: string): Record<string, string> => ({
  [`app/${name}/route.js`]: `import { page, work } from '../../lib/work.mjs';
export const dynamic = 'force-dynamic';
export async function GET() { return Response.json(${value}); }
`,
});
const APP = {
  'app/layout.js': `export default function Layout({ children }) { return <html><body>{children}</body></html>; }\n`,
  'app/page.js': `export default function Page() { return <p>Hello</p>; }\n`,
  ...route('work', 'await work()'),
  ...route('state', 'page()'),
};
const INSTRUMENTATION = {
  'instrumentation.js': `export async function register() {
  if (process.env.NEXT_RUNTIME === 'nodejs') await import('anthropic-otel/register');
}
`,
};
const config = (external: readonly string[]): Record<string, string> => ({
  'next.config.mjs': `export default { serverExternalPackages: ${JSON.stringify(external)} };\n`,
});
const BOTH_EXTERNAL = config(['@anthropic-ai/sdk', 'anthropic-otel']);
const SDK_EXTERNAL = config(['@anthropic-ai/sdk']);

/** How the application and the telemetry are put together. */
const WAYS: Readonly<Record<string, Pick<Cell, 'files' | 'nodeOptions' | 'reports'>>> = {
  'external, instrumentation.js': { files: { ...BOTH_EXTERNAL, ...INSTRUMENTATION, 'lib/work.mjs': CALLED } },
  'external, NODE_OPTIONS': { files: { ...SDK_EXTERNAL, 'lib/work.mjs': CALLED }, nodeOptions: REGISTER },
  'bundled, instrumentation.js': {
    files: { ...config([]), ...INSTRUMENTATION, 'lib/work.mjs': CALLED },
    reports: /withTelemetry|observe|serverExternalPackages/,
  },
  'bundled, NODE_OPTIONS': {
    files: { ...config([]), 'lib/work.mjs': CALLED },
    nodeOptions: REGISTER,
    reports: /withTelemetry|observe|serverExternalPackages/,
  },
  'bundled, withTelemetry': {
    files: { ...config(['anthropic-otel']), ...INSTRUMENTATION, 'lib/work.mjs': WITH_TELEMETRY },
  },
};

/** `output: 'standalone'`, started in a folder with nothing but the files that Next.js copies. */
const standalone = (bundler: string): Cell => {
  const folder = join(tmpdir(), `anthropic-otel-standalone-${bundler}`);
  return {
    name: `next latest ${bundler} standalone, instrumentation.js`,
    packages: ['next@latest', 'react@latest', 'react-dom@latest'],
    files: {
      ...APP,
      ...INSTRUMENTATION,
      'lib/work.mjs': CALLED,
      'next.config.mjs': `export default {
  output: 'standalone',
  serverExternalPackages: ['@anthropic-ai/sdk', 'anthropic-otel'],
};
`,
    },
    build: [
      ['next', 'build', `--${bundler}`],
      ['rm', '-rf', folder],
      ['cp', '-r', '.next/standalone', folder],
    ],
    start: ['node', join(folder, 'server.js')],
    env: { NEXT_TELEMETRY_DISABLED: '1', HOSTNAME: '127.0.0.1' },
    bare: false,
    startTimeout: 90_000,
  };
};

const BUILT_AND_DEV = ['^15.0.0', 'latest'].flatMap((version) =>
  ['turbopack', 'webpack'].flatMap((bundler) =>
    ['built', 'dev'].flatMap((mode) =>
      Object.entries(WAYS)
        .filter(([way]) => mode === 'built' || way.startsWith('external'))
        .map(([way, { files, ...more }]): Cell => {
          // 15 has no flag for webpack, its default.
          const flags = version === '^15.0.0' && bundler === 'webpack' ? [] : [`--${bundler}`];
          return {
            name: `next ${version === 'latest' ? version : '15'} ${bundler} ${mode}, ${way}`,
            packages: [`next@${version}`, 'react@latest', 'react-dom@latest'],
            files: { ...APP, ...files },
            ...more,
            ...(mode === 'built' ? { build: [['next', 'build', ...flags]] } : {}),
            start: mode === 'built' ? ['next', 'start'] : ['next', 'dev', ...flags],
            env: { NEXT_TELEMETRY_DISABLED: '1' },
            bare: false,
            startTimeout: 90_000,
          };
        }),
    ),
  ),
);

export const NEXT_CELLS: readonly Cell[] = [...BUILT_AND_DEV, ...['turbopack', 'webpack'].map(standalone)];
