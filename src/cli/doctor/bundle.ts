/** Checks whether the SDK is part of a bundle, in which `register` does not see it. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type StartManifest, startFiles } from '../init/module-system.ts';
import type { Finding } from './finding.ts';

/** A header that the SDK sets. Its name survives minification. */
const SDK_MARK = /x-stainless-retry-count/i;
/** The maximum size of a file that is read, in bytes. */
const MAX_SIZE = 50_000_000;

type Manifest = StartManifest & { readonly dependencies?: object; readonly devDependencies?: object };

/** Checks the start file of the application in `folder`, and the configuration of Next.js. */
export function checkBundle(folder: string): Finding[] {
  const manifest = readManifest(folder);
  return [...checkStartFiles(folder, manifest), ...checkNext(folder, manifest)];
}

function checkStartFiles(folder: string, manifest: Manifest): Finding[] {
  const bundles = startFiles(folder, manifest).filter((file) => {
    const code = read(join(folder, file)) ?? '';
    // A bundle that creates its clients with `withTelemetry` needs nothing else.
    return SDK_MARK.test(code) && !code.includes('anthropic-otel');
  });
  return bundles.map((file) => ({
    id: 'sdk-bundled',
    problem: `@anthropic-ai/sdk is part of the bundle ${file}, where register cannot see it.`,
    fix: 'Exclude it from the bundle (esbuild: --external:@anthropic-ai/sdk), or create the clients with new Anthropic(withTelemetry({ ... })).',
  }));
}

/** Checks Next.js, which bundles every package that its configuration does not list. */
function checkNext(folder: string, { dependencies = {}, devDependencies = {} }: Manifest): Finding[] {
  const names = { ...dependencies, ...devDependencies };
  if (!('next' in names) || !('@anthropic-ai/sdk' in names)) return [];
  const config = ['js', 'mjs', 'cjs', 'ts', 'mts']
    .map((ending) => read(join(folder, `next.config.${ending}`)))
    .find((text) => text !== undefined);
  if (config && /@anthropic-ai\/sdk|anthropic-otel/.test(config)) return [];
  return [
    {
      id: 'sdk-bundled',
      problem: 'Next.js includes @anthropic-ai/sdk in its bundle, where register cannot see it.',
      fix: "Add to next.config: serverExternalPackages: ['@anthropic-ai/sdk', 'anthropic-otel']",
    },
  ];
}

function readManifest(folder: string): Manifest {
  try {
    return JSON.parse(read(join(folder, 'package.json')) ?? '{}') as Manifest;
  } catch {
    return {};
  }
}

function read(file: string): string | undefined {
  try {
    return statSync(file).size > MAX_SIZE ? undefined : readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
