/** Starts `register`. Whatever fails here, the application starts: this file needs nothing but Node, of any version, and loads the rest inside a guard. */
import { writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The oldest Node that the rest runs on. */
const OLDEST = [22, 15] as const;

const REGISTERED = Symbol.for('anthropic-otel.registered');

function warn(problem: string): void {
  try {
    // Not by the stream: one without a reader would end the process.
    writeSync(2, `anthropic-otel: telemetry did not start: ${problem} The application is not affected.\n`);
  } catch {
    // There is no reader.
  }
}

function isOldNode(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}

function register(): void {
  // Once for the process, whichever of the two builds comes first. A frozen global object takes no mark, and nothing twice.
  if (Reflect.get(globalThis, REGISTERED)) return;
  Reflect.set(globalThis, REGISTERED, true);
  if (isOldNode()) {
    warn(`Node.js ${OLDEST.join('.')} or later is needed, but this is ${process.versions.node}.`);
    return;
  }
  loadRest();
}

/** Loads the rest from beside this file, or, where this file is part of a bundle, from the package. */
function loadRest(): void {
  // Bundlers know `createRequire` by its import, and put a function of their own in its place.
  const { createRequire } = process.getBuiltinModule('node:module');
  // A bundle in CommonJS has no `import.meta.url`.
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
