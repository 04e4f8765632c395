/** Whether an application is made of ES modules or of CommonJS modules: what its manifest, file names, TypeScript settings or code show, in this order. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** How the files of an application are loaded. */
export type ModuleSystem = 'ES modules' | 'CommonJS';

/** The part of a manifest that decides. */
export interface StartManifest {
  readonly type?: unknown;
  readonly main?: unknown;
  readonly scripts?: Readonly<Record<string, unknown>>;
}

const SOURCE = /(?:^|\s|=)(\.{0,2}[\w@./-]+\.[cm]?[jt]sx?)(?=\s|$)/g;
/** Where applications begin, unless their manifest names another file. */
const USUAL = ['src/', ''].flatMap((folder) =>
  ['index', 'main', 'app', 'server'].flatMap((name) =>
    ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((ending) => `${folder}${name}.${ending}`),
  ),
);
/** More than this of a file, in characters, is not looked at. */
const MAX_CODE = 100_000;

/** The module system of the application in `folder`. CommonJS where nothing shows otherwise, as in Node.js. */
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

/** The files that the application may begin with, as the manifest names them, or else as files are usually named. */
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

/** What the compiler writes. `nodenext` and `node16` follow the manifest, which has no type here. */
function byTypeScript(folder: string): ModuleSystem | undefined {
  const module = compilerModule(join(folder, 'tsconfig.json'));
  if (module === undefined) return undefined;
  return /^(es|preserve)/.test(module) ? 'ES modules' : 'CommonJS';
}

/** `module` of a tsconfig, or of the one that it extends. */
function compilerModule(path: string, depth = 0): string | undefined {
  const text = read(path);
  if (text === undefined || depth > 5) return undefined;
  // Its comments and trailing commas are no JSON.
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

/** What the code itself uses. Node.js decides in the same way. */
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
