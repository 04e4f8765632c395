/** Finds the packages that are installed in `node_modules`. */
import { lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** One installed copy of a package. */
export interface Installed {
  readonly name: string;
  readonly version: string;
  /** The path relative to the application. */
  readonly path: string;
}

const WATCHED = [
  /^anthropic-otel$/,
  /^@anthropic-ai\/(sdk|bedrock-sdk|vertex-sdk|foundry-sdk)$/,
  /^@opentelemetry\/(api|sdk-metrics|sdk-node|instrumentation)$/,
  /anthropic/,
];

/**
 * Returns all copies of the relevant packages, at any depth. For a folder of a workspace, a parent folder has the packages. It is
 * searched too if the SDK is not in `folder`.
 */
export function installedPackages(folder: string): Installed[] {
  const search: Search = { root: folder, found: [], seen: new Set() };
  for (let above = '.'; ; above = above === '.' ? '..' : `${above}/..`) {
    visit(search, above === '.' ? 'node_modules' : `${above}/node_modules`);
    const isTop = resolve(folder, above) === resolve(folder, above, '..');
    if (isTop || search.found.some(({ name }) => name === '@anthropic-ai/sdk')) return search.found;
  }
}

interface Search {
  readonly root: string;
  readonly found: Installed[];
  /** Real paths, because pnpm and workspaces have links to the same folder. */
  readonly seen: Set<string>;
}

function visit(search: Search, modules: string): void {
  for (const name of packageNames(join(search.root, modules))) {
    const path = `${modules}/${name}`;
    const folder = join(search.root, path);
    if (WATCHED.some((pattern) => pattern.test(name))) add(search, name, path);
    // The dependencies of a linked package are in its own folder, not here.
    if (!isLink(folder)) visit(search, `${path}/node_modules`);
  }
}

function add({ root, found, seen }: Search, name: string, path: string): void {
  const manifest = readManifest(join(root, path));
  if (!manifest?.version) return;
  const real = realpathSync(join(root, path));
  if (seen.has(real)) return;
  seen.add(real);
  found.push({ name: manifest.name ?? name, version: manifest.version, path });
}

function packageNames(folder: string): string[] {
  return entries(folder).flatMap((name) => {
    if (name.startsWith('.')) return name === '.pnpm' ? pnpmNames(folder) : [];
    return name.startsWith('@') ? entries(join(folder, name)).map((inner) => `${name}/${inner}`) : [name];
  });
}

/** Lists the folders in which pnpm keeps each package. */
function pnpmNames(folder: string): string[] {
  return entries(join(folder, '.pnpm')).flatMap((name) => {
    const inner = `.pnpm/${name}/node_modules`;
    return packageNames(join(folder, inner)).map((each) => `${inner}/${each}`);
  });
}

/** Lists folders and links. */
function entries(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

function readManifest(folder: string): { name?: string; version?: string } | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      name?: string;
      version?: string;
    };
  } catch {
    return undefined;
  }
}
