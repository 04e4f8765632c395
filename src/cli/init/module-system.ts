/**
 * Determines whether an application uses ES modules or CommonJS, from its manifest, file names, TypeScript settings or code, in this
 * order.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** How the files of an application are loaded. */
export type ModuleSystem = 'ES modules' | 'CommonJS';

/** The fields of a manifest that decide this. */
export interface StartManifest {
  readonly type?: unknown;
  readonly main?: unknown;
  readonly scripts?: Readonly<Record<string, unknown>>;
}

const SOURCE = /(?:^|\s|=)(\.{0,2}[\w@./-]+\.[cm]?[jt]sx?)(?=\s|$)/g;
/** The usual start files, if the manifest names none. */
const USUAL = ['src/', ''].flatMap((folder) =>
  ['index', 'main', 'app', 'server'].flatMap((name) =>
    ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((ending) => `${folder}${name}.${ending}`),
  ),
);
/** The maximum length of a file that is checked, in characters. */
const MAX_CODE = 100_000;

/** The module system of the application in `folder`. As in Node.js, the default is CommonJS. */
export function moduleSystemOf(folder: string, manifest: StartManifest): ModuleSystem {
  if (manifest.type === 'module') return 'ES modules';
  if (manifest.type === 'commonjs') return 'CommonJS';
  const files = startFiles(folder, manifest);
  return (
    first(files, byName) ??
    byTypeScript(folder) ??
    first(files, (file) => byCode(join(folder, file))) ??
    'CommonJS'
  );
}

/** The possible start files of the application: those in the manifest, or else the usual ones. */
export function startFiles(folder: string, { main, scripts = {} }: StartManifest): readonly string[] {
  const start = typeof scripts['start'] === 'string' ? scripts['start'] : '';
  const named = [...start.matchAll(SOURCE)].map(([, file = '']) => file);
  if (named.length > 0) return named;
  const usual = USUAL.filter((file) => existsSync(join(folder, file)));
  return typeof main === 'string' && existsSync(join(folder, main)) ? [main, ...usual] : usual;
}

function first(
  files: readonly string[],
  systemOf: (file: string) => ModuleSystem | undefined,
): ModuleSystem | undefined {
  for (const file of files) {
    const system = systemOf(file);
    if (system) return system;
  }
  return undefined;
}

function byName(file: string): ModuleSystem | undefined {
  if (/\.m[jt]s$/.test(file)) return 'ES modules';
  return /\.c[jt]s$/.test(file) ? 'CommonJS' : undefined;
}

/** The module system of the compiler's output. `nodenext` and `node16` follow the manifest, which has no `type` here. */
function byTypeScript(folder: string): ModuleSystem | undefined {
  const module = compilerModule(join(folder, 'tsconfig.json'));
  if (module === undefined) return undefined;
  return /^(es|preserve)/.test(module) ? 'ES modules' : 'CommonJS';
}

/** The `module` of a tsconfig, or of the one that it extends. */
function compilerModule(path: string, depth = 0): string | undefined {
  const text = read(path);
  if (text === undefined || depth > 5) return undefined;
  // Comments and trailing commas are not JSON.
  const plain = text.replace(
    /("(?:[^"\\]|\\.)*")|\/\/.*|\/\*[\s\S]*?\*\//g,
    (_, string?: string) => string ?? '',
  );
  const module = /"module"\s*:\s*"(\w+)"/.exec(plain)?.[1];
  if (module) return module.toLowerCase();
  const parent = /"extends"\s*:\s*"(\.[^"]+)"/.exec(plain)?.[1];
  if (!parent) return undefined;
  const above = resolve(dirname(path), parent);
  return compilerModule(above.endsWith('.json') ? above : `${above}.json`, depth + 1);
}

/** The module system that the code itself uses. Node.js decides in the same way. */
function byCode(file: string): ModuleSystem | undefined {
  const code = read(file)
    ?.slice(0, MAX_CODE)
    .replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  if (code === undefined) return undefined;
  if (/^\s*(?:import\s+(?:[\w{*'"]|type\b)|export\s+[\w{*])/m.test(code)) return 'ES modules';
  return /\brequire\(|\bmodule\.exports\b|^\s*exports\.\w/m.test(code) ? 'CommonJS' : undefined;
}

function read(file: string): string | undefined {
  try {
    return statSync(file).isFile() ? readFileSync(file, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}
