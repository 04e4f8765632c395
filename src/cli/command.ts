/** The shared parts of the commands: options, help, exit codes, and errors that users can fix. */
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import type { Io } from './io.ts';

/** Exit codes. */
export const EXIT = {
  /** The command succeeded, or has nothing to report. */
  ok: 0,
  /** The command found a problem or failed: a difference, a finding, a server that does not respond. */
  problem: 1,
  /** The command line or the configuration is wrong. */
  usage: 2,
} as const;

/** An error with a remedy. It is printed without a stack. */
export class UserError extends Error {
  /** How to fix the error. */
  readonly fix: string | undefined;
  readonly exitCode: number;

  constructor(message: string, fix?: string, exitCode: number = EXIT.problem) {
    super(message);
    this.name = 'UserError';
    this.fix = fix;
    this.exitCode = exitCode;
  }
}

/** An error in the command line or the configuration. */
export function usageError(message: string, fix?: string): UserError {
  return new UserError(message, fix, EXIT.usage);
}

/** An option of a command, as `node:util` parses it, and what `--help` prints about it. */
export type Options = ParseArgsOptionsConfig & Record<string, OptionHelp>;

interface OptionHelp {
  readonly short?: string;
  readonly value?: string;
  readonly description: string;
}

/** The given values of the options. */
export type Given<O extends Options> = ReturnType<typeof parseArgs<{ options: O }>>['values'];

/** One command of the command line. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Arguments after the name, such as `[target...]`. */
  readonly argumentsHelp?: string;
  /** What `--help` prints after the options. */
  readonly details?: string;
  readonly options: Options;
  /** @returns the exit code */
  run(args: readonly string[], io: Io): Promise<number>;
}

/** The argument of `defineCommand`. */
interface Definition<O extends Options> extends Omit<Command, 'run' | 'options'> {
  readonly options: O;
  run(given: { readonly values: Given<O>; readonly positionals: string[] }, io: Io): Promise<number>;
}

/** Defines a command whose `run` gets its options parsed and typed. */
export function defineCommand<const O extends Options>(definition: Definition<O>): Command {
  return {
    ...definition,
    run: (args, io) => {
      const { values, positionals } = parse(definition, args);
      return definition.run({ values: values as Given<O>, positionals }, io);
    },
  };
}

function parse(
  { name, options, argumentsHelp }: Omit<Command, 'run'>,
  args: readonly string[],
): { values: object; positionals: string[] } {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: argumentsHelp !== undefined });
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error);
    throw usageError(message, `See: npx anthropic-otel ${name} --help`);
  }
}

/** The text that `anthropic-otel NAME --help` prints. */
export function helpOf({ name, summary, argumentsHelp, details, options }: Command): string {
  const rows = Object.entries<OptionHelp>({ ...options, ...COMMON }).map(
    ([option, { short, value, description }]) => [
      `${short ? `-${short}, ` : ''}--${option}${value ? ` ${value}` : ''}`,
      description,
    ],
  );
  const width = Math.max(...rows.map(([left = '']) => left.length));
  return [
    `Usage: anthropic-otel ${name}${argumentsHelp ? ` ${argumentsHelp}` : ''} [options]`,
    '',
    summary,
    '',
    'Options:',
    ...rows.map(([left = '', right]) => `  ${left.padEnd(width)}  ${right}`),
    ...(details ? ['', details.trimEnd()] : []),
  ].join('\n');
}

/** Options of every command. */
export const COMMON = {
  json: { type: 'boolean', description: 'print the result as JSON on standard output' },
  help: { type: 'boolean', short: 'h', description: 'print this' },
} as const satisfies Options;
