/** Writes the application of a cell into its folder: the conformance script and the ways to load it, built by esbuild. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import type { Build, Cell } from './cells.ts';
import { appFolder } from './workspace.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** The code that makes two calls with each library: one whole, one streamed. */
const USES: Readonly<Record<string, { readonly imports: string; readonly use: string }>> = {
  '@langchain/anthropic': {
    imports: 'ChatAnthropic',
    use: `async (anthropicApiUrl) => {
      const model = new ChatAnthropic({ anthropicApiUrl, apiKey: 'test-key', model: 'claude-opus-5-5', maxTokens: 100, maxRetries: 0 });
      await model.invoke('Hello');
      for await (const _ of await model.stream('Hello'));
    }`,
  },
  '@llamaindex/anthropic': {
    imports: 'Anthropic, AnthropicSession',
    use: `async (baseURL) => {
      const session = new AnthropicSession({ baseURL, apiKey: 'test-key' });
      const model = new Anthropic({ session, apiKey: 'test-key', model: 'claude-sonnet-4-5', maxTokens: 100 });
      const messages = [{ role: 'user', content: 'Hello' }];
      await model.chat({ messages });
      for await (const _ of await model.chat({ messages, stream: true }));
    }`,
  },
};

/** How the client of a bundle gets its telemetry: the instrumentation cannot see into a bundle. */
function bundledClient(row: string): string {
  const [major = 0, minor = 0] = row.split('.').map(Number);
  const fetchOnly = row !== 'latest' && major === 0 && minor < 101;
  if (!fetchOnly) return 'new Anthropic(withTelemetry(options))';
  // 0.39 cannot copy a client.
  return minor < 50
    ? 'new Anthropic(withTelemetry({ fetch: globalThis.fetch, ...options }))'
    : 'observe(new Anthropic(options))';
}

/**
 * Writes the application of `cell`.
 * @returns the arguments for its Node
 */
export async function buildCell(cell: Cell): Promise<string[]> {
  const folder = appFolder(cell.otel, cell.row);
  const extension = cell.build === 'esm' ? 'mjs' : 'cjs';
  const path = (name: string): string => join(folder, `${name}-${cell.build}.${extension}`);
  await transform('setup', folder, cell.build, path('setup'));
  await transform('conformance', folder, cell.build, path('conformance'));
  const instrumented = cell.build !== 'bundle';
  const start = `globalThis.recorded = start(${instrumented});`;
  if (cell.build === 'esm') {
    // As our own `register` does it. The bare hook puts itself in front of every module, which breaks SDK 0.40 and 0.41.
    await writeFile(
      path('start'),
      `import { register } from 'node:module';
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url, { data: { include: ['@anthropic-ai/sdk'] } });
const { start } = await import('${path('setup')}');
${start}`,
    );
  } else {
    await writeFile(path('start'), `const { start } = require('${path('setup')}');\n${start}`);
  }
  await writeApp(cell, path);
  return ['--expose-gc', cell.build === 'esm' ? '--import' : '--require', path('start'), path('app')];
}

async function writeApp({ row, otel, build: kind }: Cell, path: (name: string) => string): Promise<void> {
  const library = USES[row];
  const name = library ? row : '@anthropic-ai/sdk';
  const what = library ? library.imports : 'default as Anthropic';
  const verify = library
    ? `conformLibrary(${library.use}, globalThis.recorded)`
    : `conform((options) => ${kind === 'bundle' ? bundledClient(row) : 'new Anthropic(options)'}, globalThis.recorded)`;
  const report = `${verify}
  .catch((error) => [String(error.stack)])
  .then((problems) => { console.log(JSON.stringify({ problems })); process.exit(0); });`;
  if (kind === 'bundle') {
    const code = `import { ${what} } from '${name}';
import { observe, withTelemetry } from 'anthropic-otel';
import { conform } from './${path('conformance').split('/').at(-1)}';
${report}`;
    await build({
      stdin: { contents: code, resolveDir: appFolder(otel, row) },
      ...COMMON,
      format: 'cjs',
      external: ['@opentelemetry/*'],
      outfile: path('app'),
    });
    return;
  }
  const code =
    kind === 'esm'
      ? `import { ${what} } from '${name}';\nimport { conform, conformLibrary } from '${path('conformance')}';`
      : `const { ${what.replace(' as ', ': ')} } = require('${name}');\nconst { conform, conformLibrary } = require('${path('conformance')}');`;
  await writeFile(path('app'), `${code}\n${report}`);
}

const COMMON = {
  bundle: true,
  platform: 'node',
  target: 'node22',
  keepNames: true,
  logLevel: 'error',
} as const;

/** Compiles one of our files. What it imports of this package comes from the package as published. */
async function transform(name: string, folder: string, kind: Build, outfile: string): Promise<void> {
  await build({
    entryPoints: [join(HERE, `${name}.ts`)],
    ...COMMON,
    absWorkingDir: folder,
    format: kind === 'esm' ? 'esm' : 'cjs',
    packages: 'external',
    plugins: [published],
    outfile,
  });
}

const published: Plugin = {
  name: 'published',
  setup({ onResolve }) {
    onResolve({ filter: /src\/(testing|instrumentation)\/index\.ts$/ }, ({ path }) => ({
      path: `anthropic-otel/${/src\/(\w+)\//.exec(path)?.[1]}`,
      external: true,
    }));
  },
};
