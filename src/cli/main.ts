/** Finds the command and runs it. */
import { VERSION } from '../signals/scope.ts';
import { type Command, EXIT, helpOf, UserError, usageError } from './command.ts';
import { type Io, processIo } from './io.ts';

/** Loaded on demand, so that `--help` and `doctor` do not load the dependencies of `export`. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  init: async () => (await import('./init/command.ts')).init,
  export: async () => (await import('./export/command.ts')).exportCommand,
  push: async () => (await import('./push/command.ts')).push,
  doctor: async () => (await import('./doctor/command.ts')).doctor,
  demo: async () => (await import('./demo/command.ts')).demo,
  simulate: async () => (await import('./simulate/command.ts')).simulate,
};

/** Runs the command line `args` and sets the exit code of the process. */
export async function main(args: readonly string[]): Promise<void> {
  const io = processIo(args.includes('--json'));
  const onEarlyExit = (): void => {
    process.exitCode = report(ENDED_EARLY, io);
  };
  process.once('exit', onEarlyExit);
  // `anthropic-otel export | head` ends without an error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.off('exit', onEarlyExit);
    process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.problem);
  });
  const code = await run(args, io).catch((error: unknown) => report(error, io));
  process.off('exit', onEarlyExit);
  process.exitCode = code;
}

/** The error if the event loop is empty although the command has not finished. */
const ENDED_EARLY = new UserError(
  'it ended before it finished',
  'Check whether anthropic-otel.config.* calls process.exit(), or waits for a promise that never resolves.',
);

async function run(args: readonly string[], io: Io): Promise<number> {
  const [name = '--help', ...rest] = args;
  if (name === '--help' || name === '-h' || name === 'help') {
    const [topic] = rest;
    const load = topic !== undefined && Object.hasOwn(COMMANDS, topic) ? COMMANDS[topic] : undefined;
    if (topic !== undefined && !load)
      throw usageError(`unknown command "${topic}"`, 'See: npx anthropic-otel --help');
    process.stdout.write(`${load ? helpOf(await load()) : await overview()}\n`);
    return EXIT.ok;
  }
  if (name === '--version' || name === '-v') {
    process.stdout.write(`${VERSION}\n`);
    return EXIT.ok;
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!load) throw usageError(`unknown command "${name}"`, 'See: npx anthropic-otel --help');
  const command = await load();
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(`${helpOf(command)}\n`);
    return EXIT.ok;
  }
  return command.run(
    rest.filter((word) => word !== '--json'),
    io,
  );
}

async function overview(): Promise<string> {
  const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()));
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    `anthropic-otel ${VERSION}: metrics, dashboards and alerts for applications that call Claude`,
    '',
    'Usage: anthropic-otel COMMAND [options]',
    '',
    'Commands:',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'anthropic-otel COMMAND --help prints the options of a command. Every command accepts --json.',
    'Exit codes: 0 success, or no findings; 1 findings, differences, or a failure; 2 an error in the command line or configuration.',
    'NO_COLOR=1 turns colors off.',
  ].join('\n');
}

function report(error: unknown, io: Io): number {
  const known = error instanceof UserError;
  const message = error instanceof Error ? error.message : String(error);
  if (io.json) io.printJson({ error: message, ...(known && error.fix && { fix: error.fix }) });
  else {
    io.note(`anthropic-otel: ${message}`);
    if (known && error.fix) io.note(error.fix);
    // A system error states the problem itself: no space, no permission, no such folder. A stack is only for bugs in this program.
    const isSystemError = error instanceof Error && 'syscall' in error;
    if (!known && !isSystemError && error instanceof Error && error.stack) io.note(error.stack);
  }
  return known ? error.exitCode : EXIT.problem;
}
