/** Detects the kind of application in a folder, as far as the next steps depend on it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ModuleSystem, moduleSystemOf } from './module-system.ts';

/** Frameworks with their own way to start or bundle an application. */
const FRAMEWORKS = {
  next: 'Next.js',
  '@nestjs/core': 'NestJS',
  fastify: 'Fastify',
  express: 'Express',
  '@langchain/anthropic': 'LangChain',
} as const;

/** Other telemetry with which this package must coexist. */
const NEIGHBORS = {
  '@sentry/node': 'Sentry',
  'dd-trace': 'Datadog',
  '@opentelemetry/sdk-node': 'OpenTelemetry SDK',
  'prom-client': 'prom-client',
} as const;

/** The facts about the application in a folder. */
export interface Project {
  readonly frameworks: readonly string[];
  readonly neighbors: readonly string[];
  readonly moduleSystem: ModuleSystem;
  readonly typescript: boolean;
  readonly docker: boolean;
  readonly kubernetes: boolean;
  readonly packageManager: 'npm' | 'pnpm' | 'yarn' | 'bun';
  /** The `start` script of the manifest. */
  readonly startScript: string | undefined;
  /** Whether the manifest names this package. */
  readonly installed: boolean;
  /** The name in the manifest. */
  readonly name: string | undefined;
}

interface Manifest {
  readonly name?: string;
  readonly type?: string;
  readonly main?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: object;
  readonly devDependencies?: object;
}

/** Inspects `folder`. An unreadable manifest counts as missing. */
export function inspectProject(folder: string): Project {
  const has = (...names: string[]): boolean => names.some((name) => existsSync(join(folder, name)));
  const manifest = readManifest(join(folder, 'package.json'));
  const dependencies: object = { ...manifest.dependencies, ...manifest.devDependencies };
  const named = (names: Readonly<Record<string, string>>): string[] =>
    Object.entries(names)
      .filter(([name]) => name in dependencies)
      .map(([, label]) => label);
  return {
    frameworks: named(FRAMEWORKS),
    neighbors: named(NEIGHBORS),
    moduleSystem: moduleSystemOf(folder, manifest),
    typescript: has('tsconfig.json') || 'typescript' in dependencies,
    docker: has(
      'Dockerfile',
      'Containerfile',
      'compose.yaml',
      'compose.yml',
      'docker-compose.yml',
      'docker-compose.yaml',
    ),
    kubernetes:
      has('k8s', 'kubernetes', 'helm', 'charts', 'Chart.yaml', 'kustomization.yaml', 'skaffold.yaml') ||
      hasManifests(folder),
    packageManager: managerOf(has),
    startScript: manifest.scripts?.['start'],
    installed: 'anthropic-otel' in dependencies,
    name: manifest.name,
  };
}

function managerOf(has: (name: string) => boolean): Project['packageManager'] {
  if (has('pnpm-lock.yaml')) return 'pnpm';
  if (has('yarn.lock')) return 'yarn';
  return has('bun.lock') || has('bun.lockb') ? 'bun' : 'npm';
}

/** Whether `folder` or `folder/deploy` contains a Kubernetes object. */
function hasManifests(folder: string): boolean {
  return [folder, join(folder, 'deploy')].some((place) => {
    const names = existsSync(place) ? readdirSync(place).filter((name) => /\.ya?ml$/.test(name)) : [];
    return names.some((name) =>
      /^kind: (Deployment|StatefulSet|CronJob)\b/m.test(readFileSync(join(place, name), 'utf8')),
    );
  });
}

function readManifest(path: string): Manifest {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  } catch {
    return {};
  }
}
