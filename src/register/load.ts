/**
 * Starts `register`. The application starts even if something fails here: this file requires only Node, of any version, and loads the
 * rest inside a guard.
 */
import { writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The oldest Node version that supports the rest. */
const OLDEST = [22, 15] as const;

const REGISTERED = Symbol.for('anthropic-otel.registered');

function warn(problem: string): void {
  try {
    // Does not use the stream, because a stream without a reader would end the process.
    writeSync(2, `anthropic-otel: telemetry did not start: ${problem} The application is not affected.\n`);
  } catch {
    // Standard error has no reader.
  }
}

function isOldNode(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}

function register(): void {
  // Starts once per process, whichever of the two builds is first. A frozen global object cannot be marked, and nothing is started
  // twice.
  if (Reflect.get(globalThis, REGISTERED)) return;
  Reflect.set(globalThis, REGISTERED, true);
  if (isOldNode()) {
    warn(`Node.js ${OLDEST.join('.')} or later is needed, but this is ${process.versions.node}.`);
    return;
  }
  loadRest();
}

/** Loads the rest from the folder of this file, or from the package if this file is part of a bundle. */
function loadRest(): void {
  // Bundlers recognize an import of `createRequire`, and replace it with their own function.
  const { createRequire } = process.getBuiltinModule('node:module');
  // A CommonJS bundle has no `import.meta.url`.
  const here: string | undefined = import.meta.url;
  const load = createRequire(here ?? join(process.cwd(), 'index.js'));
  try {
    load('./register-start.cjs');
  } catch (problem) {
    if (!(problem instanceof Error && problem.message.includes('register-start'))) throw problem;
    load(join(dirname(load.resolve('anthropic-otel/package.json')), 'dist/register-start.cjs'));
  }
}

try {
  register();
} catch (problem) {
  const message = problem instanceof Error ? String(problem.message.split('\n')[0]) : String(problem);
  warn(
    message.includes('anthropic-otel/package.json')
      ? 'anthropic-otel is part of a bundle. Mark it as an external package (Next.js: serverExternalPackages).'
      : `${message}. Run npm install anthropic-otel @opentelemetry/api@latest.`,
  );
}
