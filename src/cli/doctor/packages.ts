/** What is installed in `node_modules`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One installed copy of a package. */
export interface Installed {
  readonly name: string;
  readonly version: string;
  /** Relative to the application. */
  readonly path: string;
}

const WATCHED = [
  /^anthropic-otel$/,
  /^@anthropic-ai\/(sdk|bedrock-sdk|vertex-sdk|foundry-sdk)$/,
  /^@opentelemetry\/(api|sdk-metrics|sdk-node|instrumentation)$/,
  /anthropic/,
];

/** All copies of the packages that matter here, at any depth. Links are not followed, so a workspace is read once. */
export function installedPackages(folder: string): Installed[] {
  const found: Installed[] = [];
  visit(folder, 'node_modules', found);
  return found;
}

function visit(root: string, modules: string, found: Installed[]): void {
  for (const name of packageNames(join(root, modules))) {
    const path = `${modules}/${name}`;
    const manifest = WATCHED.some((pattern) => pattern.test(name))
      ? readManifest(join(root, path))
      : undefined;
    if (manifest?.version) found.push({ name: manifest.name ?? name, version: manifest.version, path });
    visit(root, `${path}/node_modules`, found);
  }
}

function packageNames(folder: string): string[] {
  return entries(folder).flatMap((name) => {
    if (name.startsWith('.')) return name === '.pnpm' ? pnpmNames(folder) : [];
    return name.startsWith('@') ? entries(join(folder, name)).map((inner) => `${name}/${inner}`) : [name];
  });
}

/** pnpm keeps every package in a folder of its own. */
function pnpmNames(folder: string): string[] {
  return entries(join(folder, '.pnpm')).flatMap((name) => {
    const inner = `.pnpm/${name}/node_modules`;
    return packageNames(join(folder, inner)).map((each) => `${inner}/${each}`);
  });
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    return [];
  }
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
