/** Checks the application in the working directory: whether the versions and copies of its packages work together. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VERSION } from '../../signals/scope.ts';
import { checkBundle } from './bundle.ts';
import { checkEnvironment } from './environment.ts';
import type { Finding } from './finding.ts';
import { type Installed, installedPackages } from './packages.ts';

/** Other instrumentations of the Claude SDK. */
const OTHERS =
  /^(@traceloop\/instrumentation-anthropic|@arizeai\/openinference-instrumentation-anthropic|@elastic\/opentelemetry-instrumentation-anthropic|@langtrase\/typescript-sdk|openlit|@traceloop\/node-server-sdk)$/;

/** Checks the application in `folder`, and its environment variables. Without `node_modules`, no packages are checked. */
export function checkProject(folder: string, env: NodeJS.ProcessEnv, toPrometheus: boolean): Finding[] {
  return [...checkPackages(folder), ...checkBundle(folder), ...checkEnvironment(folder, env, toPrometheus)];
}

function checkPackages(folder: string): Finding[] {
  const packages = installedPackages(folder);
  if (packages.length === 0) return [];
  const copies = (name: string): Installed[] => packages.filter((each) => each.name === name);
  return [
    ...checkSdk(copies('@anthropic-ai/sdk')),
    ...(copies('@anthropic-ai/sdk').length > 0 ? checkOwn(copies('anthropic-otel')) : []),
    ...checkApi(copies('@opentelemetry/api')),
    ...checkOtelSdk(copies('@opentelemetry/sdk-metrics')),
    ...checkOthers(folder),
  ];
}

function checkSdk(copies: readonly Installed[]): Finding[] {
  if (copies.length === 0) {
    return [
      {
        id: 'sdk-missing',
        problem: '@anthropic-ai/sdk is not installed here.',
        fix: 'Install it (npm install @anthropic-ai/sdk), or run doctor in the folder of the application.',
      },
    ];
  }
  const findings = copies
    .filter(({ version }) => !isSupported(version))
    .map(({ version, path }) => ({
      id: 'sdk-version',
      problem: `@anthropic-ai/sdk ${version} in ${path} is not observed: 0.39.0 or later, below 2, is needed.`,
      fix: 'Update it, or the package that depends on it: npm install @anthropic-ai/sdk@latest',
    }));
  const versions = distinct(copies);
  if (versions.length > 1) {
    findings.push({
      id: 'sdk-duplicates',
      problem: `There are ${versions.length} versions of @anthropic-ai/sdk: ${listed(copies)}.`,
      fix:
        '`register` observes all of them. `instanceof Anthropic` and the error classes differ between them, so install one ' +
        'version: npm dedupe, or `overrides` in package.json.',
    });
  }
  return findings;
}

function checkOwn(copies: readonly Installed[]): Finding[] {
  const [own] = copies;
  if (!own) {
    return [
      {
        id: 'package-missing',
        problem:
          'anthropic-otel is not installed here, so node --import anthropic-otel/register does not start.',
        fix: 'Install it (npm install anthropic-otel), or run doctor in the folder of the application.',
      },
    ];
  }
  if (distinct(copies).length < 2) {
    if (own.version === VERSION) return [];
    return [
      {
        id: 'package-version',
        problem: `The application has anthropic-otel ${own.version}, but this doctor is ${VERSION}, which has other rules and dashboards.`,
        fix: 'Run npx anthropic-otel doctor in the folder of the application, or update: npm install anthropic-otel@latest',
      },
    ];
  }
  return [
    {
      id: 'package-duplicates',
      problem: `There are several versions of anthropic-otel: ${listed(copies)}.`,
      fix: 'The first version that loads observes the clients. Keep one version: npm dedupe.',
    },
  ];
}

function checkApi(copies: readonly Installed[]): Finding[] {
  const versions = distinct(copies);
  if (versions.length < 2) return [];
  return [
    {
      id: 'opentelemetry-api-duplicates',
      problem: `There are several versions of @opentelemetry/api: ${listed(copies)}.`,
      fix:
        'A newer copy does not see what an SDK registered with an older one, so spans are lost. ' +
        'Keep one version: npm install @opentelemetry/api@latest && npm dedupe',
    },
  ];
}

function checkOtelSdk(copies: readonly Installed[]): Finding[] {
  const old = copies.filter(({ version }) => major(version) < 2);
  if (old.length === 0) return [];
  return [
    {
      id: 'opentelemetry-sdk-version',
      problem: `OpenTelemetry SDK ${distinct(old).join(', ')} is installed: ${listed(old)}. To share a meter provider, 2.0 or later is needed.`,
      fix: '`register` works with it. For AnthropicInstrumentation, update: npm install @opentelemetry/sdk-node@latest',
    },
  ];
}

function checkOthers(folder: string): Finding[] {
  const others = dependenciesOf(folder).filter((name) => OTHERS.test(name));
  return others.map((name) => ({
    id: 'double-instrumentation',
    problem: `${name} also instruments the Claude SDK, so each call has two spans, and counts twice if you query both.`,
    fix: `Remove one of the two: npm uninstall ${name}, or turn its Anthropic instrumentation off.`,
  }));
}

function dependenciesOf(folder: string): string[] {
  try {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      dependencies?: object;
      devDependencies?: object;
    };
    return Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
  } catch {
    return [];
  }
}

function isSupported(version: string): boolean {
  const [first = 0, second = 0] = version.split('.').map(Number);
  return first === 1 || (first === 0 && second >= 39);
}

function major(version: string): number {
  return Number(version.split('.')[0]);
}

function distinct(copies: readonly Installed[]): string[] {
  return [...new Set(copies.map(({ version }) => version))];
}

function listed(copies: readonly Installed[]): string {
  const shown = copies.slice(0, 5).map(({ version, path }) => `${version} (${path})`);
  return [...shown, ...(copies.length > 5 ? [`${copies.length - 5} more`] : [])].join(', ');
}
