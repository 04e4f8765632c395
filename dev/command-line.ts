/** What the commands of this repository do alike with their command lines. */
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

/** What was given for each of `Options`. */
type Given<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: Options }>
>['values'];

/**
 * The options of the command line. `--help` prints `help` and ends the process with 0; an unknown option, or an
 * argument that is no option, prints what is wrong and `help`, and ends it with 2.
 */
export function readOptions<const Options extends ParseArgsOptionsConfig>(
  help: string,
  options: Options,
): Given<Options> {
  try {
    const { values } = parseArgs({ options: { ...options, help: { type: 'boolean', short: 'h' } } });
    if (!('help' in values)) return values as Given<Options>;
  } catch (error) {
    return endWithUsage(error instanceof Error ? error.message : String(error), help);
  }
  console.log(help);
  process.exit(0);
}

/** Prints `problem` and `help`, and ends the process with 2. */
export function endWithUsage(problem: string, help: string): never {
  console.error(`${problem}\n\n${help}`);
  process.exit(2);
}
