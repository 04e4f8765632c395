/**
 * Runs one example against a local stand-in for the Claude API, and prints what it recorded: no key, no account, nothing leaves the machine.
 *
 *   node examples/run.mjs streaming
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { startAnthropicServer } from 'anthropic-otel/testing';

const here = fileURLToPath(new URL('.', import.meta.url));
const names = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const [name, ...more] = process.argv.slice(2);
if (!names.includes(name) || more.length > 0) {
  console.error(`Usage: node examples/run.mjs NAME\n\nThere are: ${names.join(', ')}`);
  process.exit(2);
}

const { example } = JSON.parse(readFileSync(join(here, name, 'package.json'), 'utf8'));
const folder = install(name);
const api = await startAnthropicServer({ retryAfterMs: 50, batchMs: 200 });
const [port, metricsPort] = [await freePort(), await freePort()];
const redis = example.redis && (await startRedis());
try {
  for (const command of example.build ?? []) await run(command);
  const started = run(example.start);
  if (example.ask) await ask(`http://127.0.0.1:${port}${example.ask}`, started);
  else await started;
  for (const command of example.check ?? []) await run(command);
} finally {
  await redis?.close();
  await api.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Runs a command of the example. Resolves at its end. */
async function run(command) {
  const [program, ...args] = command.split(' ');
  console.log(`$ ${command}`);
  const child = spawn(
    program === 'node' ? process.execPath : join(folder, 'node_modules/.bin', program),
    args,
    {
      cwd: folder,
      stdio: 'inherit',
      env: {
        ...process.env,
        ANTHROPIC_API_KEY: 'any-key-will-do',
        ANTHROPIC_BASE_URL: api.url,
        NEXT_TELEMETRY_DISABLED: '1',
        OTEL_EXPORTER_PROMETHEUS_PORT: String(metricsPort),
        OTEL_SERVICE_NAME: name,
        PORT: String(port),
        ...(redis && { REDIS_URL: redis.url }),
        ...example.env,
      },
    },
  );
  run.last = child;
  const [code, signal] = await once(child, 'exit');
  // A server that was ended: by the signal itself, or, as Next.js does, with the exit code of a shell for it.
  const ended = child.killed && (signal === 'SIGTERM' || code === 143);
  if (code !== 0 && !ended) throw new Error(`${command} ended with ${code ?? signal}`);
}

/** Asks a service once it listens, prints its response and its metrics, and ends it. */
async function ask(url, ended) {
  const reply = await first(() => fetch(url), ended);
  console.log(await reply.text());
  const page = await first(() => fetch(example.metrics ?? `http://localhost:${metricsPort}/metrics`), ended);
  const lines = (await page.text()).split('\n');
  console.log(lines.filter((line) => /^anthropic_client_(calls|attempts)_total\{/.test(line)).join('\n'));
  run.last.kill('SIGTERM');
  await ended;
}

/** The first success of `attempt`, unless the application ends before. */
async function first(attempt, ended) {
  let problem;
  ended.catch((error) => {
    problem = error;
  });
  for (;;) {
    if (problem) throw problem;
    const reply = await attempt().catch(() => undefined);
    if (reply?.ok) return reply;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** A copy of the example, with the packages of this repository, and those that it needs itself. */
function install(example) {
  const copy = mkdtempSync(join(tmpdir(), `anthropic-otel-${example}-`));
  cpSync(join(here, example), copy, { recursive: true });
  const root = fileURLToPath(new URL('..', import.meta.url));
  const { dependencies = {} } = JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8'));
  const missing = Object.keys(dependencies).filter(
    (each) => !existsSync(join(root, 'node_modules', each)) && each !== 'anthropic-otel',
  );
  if (missing.length === 0) {
    execFileSync('mkdir', [join(copy, 'node_modules')]);
    for (const each of readdirSync(join(root, 'node_modules')))
      symlinkSync(join(root, 'node_modules', each), join(copy, 'node_modules', each));
    symlinkSync(root, join(copy, 'node_modules/anthropic-otel'));
    return copy;
  }
  console.log(`installing ${missing.join(', ')}, this package, and what they need`);
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', copy], {
    cwd: root,
    encoding: 'utf8',
  });
  const tarball = join(copy, packed.trim().split('\n').at(-1));
  const flags = ['--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts'];
  execFileSync('npm', ['install', ...flags, `anthropic-otel@${pathToFileURL(tarball)}`], {
    cwd: copy,
    stdio: 'inherit',
  });
  return copy;
}

/** The Redis that an example needs. Node runs the TypeScript of the repository from 22.18 on. */
async function startRedis() {
  const { startRedis: start } = await import('../dev/redis.ts');
  return start(await freePort(), console.log);
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}
