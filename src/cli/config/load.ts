/** Finds and reads `anthropic-otel.config.*`. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkConfig, merge } from '../../mixin/config-check.ts';
import { usageError } from '../command.ts';
import { checkedConfig } from './check.ts';
import { type CliConfig, DEFAULTS, type MonitoringConfig } from './config.ts';

/** The name of the file, without its extension. */
export const CONFIG_NAME = 'anthropic-otel.config';
/** The extensions, in the order in which they are tried. */
const ENDINGS = ['ts', 'mts', 'mjs', 'js', 'cjs', 'json'] as const;

/** The configuration and its source. */
export interface LoadedConfig {
  readonly config: CliConfig;
  /** `undefined` if there is no file, so that all settings have their defaults. */
  readonly file: string | undefined;
}

/** The path of the configuration in `folder`, if there is one. */
export function findConfig(folder: string): string | undefined {
  return ENDINGS.map((ending) => join(folder, `${CONFIG_NAME}.${ending}`)).find((path) => existsSync(path));
}

/**
 * Reads the configuration in `folder`, or the one at `path`.
 *
 * @throws UserError that states the problem
 */
export async function loadConfig(folder: string, path?: string): Promise<LoadedConfig> {
  const file = path === undefined ? findConfig(folder) : resolve(folder, path);
  if (file === undefined) return { config: DEFAULTS, file: undefined };
  if (!existsSync(file)) {
    throw usageError(`${path} does not exist`, 'Write one with: npx anthropic-otel init');
  }
  return { config: resolveConfig(await read(file), basename(file)), file };
}

/**
 * Merges `given` into the defaults.
 *
 * @throws UserError that names the setting and what was expected
 */
export function resolveConfig(given: unknown, source: string): CliConfig {
  try {
    if (typeof given === 'function')
      throw new TypeError('its default export must be an object, not a function.');
    const config = merge(DEFAULTS, given as MonitoringConfig, 'config');
    checkConfig(config);
    return checkedConfig(config);
  } catch (error) {
    throw usageError(`${source}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function read(file: string): Promise<unknown> {
  if (/\.m?ts$/.test(file) && !process.features.typescript) {
    throw usageError(
      `${basename(file)} needs a Node.js version that reads TypeScript, but this is ${process.versions.node}`,
      'Use Node.js 22.18 or later, or rename the file to .mjs and remove the types.',
    );
  }
  const restore = sendOutputToStandardError();
  try {
    if (file.endsWith('.json')) return JSON.parse(await readFile(file, 'utf8'));
    const module = (await import(pathToFileURL(file).href)) as { default?: unknown };
    if (module.default === undefined) throw new Error('it has no default export');
    return await module.default;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const line = error instanceof SyntaxError ? lineOfSyntaxError(file) : undefined;
    throw usageError(`${basename(file)}${line ? `:${line}` : ''} cannot be read: ${message}`);
  } finally {
    restore();
  }
}

/** Redirects standard output, because a configuration file may print and must not write into the result of the command. */
function sendOutputToStandardError(): () => void {
  const { stdout, stderr } = process;
  const write = stdout.write;
  stdout.write = stderr.write.bind(stderr) as typeof write;
  return () => {
    stdout.write = write;
  };
}

/** Returns the line of a syntax error, which an error of `import()` does not have. */
function lineOfSyntaxError(file: string): string | undefined {
  if (file.endsWith('.json')) return undefined;
  const { stderr } = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8', timeout: 5000 });
  return /\.[cm]?[jt]s:(\d+)$/m.exec(stderr ?? '')?.[1];
}
