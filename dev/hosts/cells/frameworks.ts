/** Frameworks that build a server with Vite or Rollup, and leave packages out of it. */
import { type Cell, cell, REGISTER } from '../cell.ts';
import { WORK_ESM } from '../texts.ts';

const WORK = WORK_ESM();

const nitro = {
  packages: ['nitropack@latest'],
  files: {
    'server/work.mjs': WORK,
    'server/routes/work.ts': `import { work } from '../work.mjs';\nexport default defineEventHandler(() => work());\n`,
    'server/routes/state.ts': `import { page } from '../work.mjs';\nexport default defineEventHandler(() => page());\n`,
  },
  build: [['nitropack', 'build']],
  env: { HOST: '127.0.0.1' },
  bare: false,
} satisfies Partial<Cell>;
const nitroConfig = (more: string): string =>
  `export default defineNitroConfig({ srcDir: 'server', compatibilityDate: '2026-11-01'${more} });\n`;

const svelteRoute = (name: string, value: string): Record<string, string> => ({
  [`src/routes/${name}/+server.js`]: `import { page, work } from '../../work.mjs';
export async function GET() { return Response.json(${value}); }
`,
});
const svelte = {
  packages: [
    '@sveltejs/kit@latest',
    '@sveltejs/adapter-node@latest',
    '@sveltejs/vite-plugin-svelte@latest',
    'svelte@latest',
    'vite@latest',
  ],
  files: {
    'vite.config.mjs': `import adapter from '@sveltejs/adapter-node';
import { sveltekit } from '@sveltejs/kit/vite';
export default { plugins: [sveltekit({ adapter: adapter() })] };
`,
    'src/app.html': '<html><head>%sveltekit.head%</head><body>%sveltekit.body%</body></html>\n',
    'src/work.mjs': WORK,
    ...svelteRoute('work', 'await work()'),
    ...svelteRoute('state', 'page()'),
  },
  build: [['vite', 'build']],
  env: { HOST: '127.0.0.1' },
  bare: false,
} satisfies Partial<Cell>;

const astroRoute = (name: string, value: string): Record<string, string> => ({
  [`src/pages/${name}.ts`]: `import { page, work } from '../work.mjs';
export const prerender = false;
export async function GET() { return Response.json(${value}); }
`,
});

export const FRAMEWORK_CELLS: readonly Cell[] = [
  cell('nitro, plugin', 'node .output/server/index.mjs', {
    ...nitro,
    files: {
      ...nitro.files,
      'nitro.config.ts': nitroConfig(`, moduleSideEffects: ['anthropic-otel/']`),
      'server/plugins/telemetry.ts': `import 'anthropic-otel/register';\nexport default defineNitroPlugin(() => {});\n`,
    },
  }),
  cell('nitro, NODE_OPTIONS', 'node .output/server/index.mjs', {
    ...nitro,
    files: { ...nitro.files, 'nitro.config.ts': nitroConfig('') },
    nodeOptions: REGISTER,
  }),
  cell('sveltekit, instrumentation.server.js', 'node build/index.js', {
    ...svelte,
    files: { ...svelte.files, 'src/instrumentation.server.js': `import 'anthropic-otel/register';\n` },
  }),
  cell('sveltekit, NODE_OPTIONS', 'node build/index.js', { ...svelte, nodeOptions: REGISTER }),
  cell('astro, NODE_OPTIONS', 'node dist/server/entry.mjs', {
    packages: ['astro@latest', '@astrojs/node@latest'],
    files: {
      'astro.config.mjs': `import node from '@astrojs/node';
export default { output: 'server', adapter: node({ mode: 'standalone' }) };
`,
      'src/work.mjs': WORK,
      ...astroRoute('work', 'await work()'),
      ...astroRoute('state', 'page()'),
    },
    build: [['astro', 'build']],
    env: { HOST: '127.0.0.1', ASTRO_TELEMETRY_DISABLED: '1' },
    bare: false,
    nodeOptions: REGISTER,
  }),
];
