/** Random ends of a process, under random telemetry. `ENDS_RUNS` is how many. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { run, startCollector } from '../helpers/process.ts';
import { callsIn, FLAGS, setup, startHanging } from '../process/support/ends.ts';

const ENDS = {
  natural: '',
  exit: 'process.exit(5);',
  'exit code': 'process.exitCode = 5;',
  'exit later': 'setTimeout(() => process.exit(5), 30);',
  thrown: `setTimeout(() => { throw new Error('bug'); }, 5);`,
  rejected: `Promise.reject(new Error('bug'));`,
  SIGTERM: `process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000);`,
  'handled SIGTERM': `process.on('SIGTERM', () => process.exit(5)); process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000);`,
  SIGKILL: `process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000);`,
  'in beforeExit': `process.once('beforeExit', async () => { await sleep(20); console.log('last'); process.exitCode = 5; });`,
};

test('random ends are those of the application without telemetry, with every finished call in the log once', {
  timeout: 300_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.values(ENDS)),
      fc.constantFrom('calls.log', 'stderr', 'stdout', 'none'),
      fc.constantFrom('prometheus', 'otlp', 'console,otlp', 'none', 'prometheus,otlp'),
      fc.constantFrom('none', 'otlp'),
      fc.constantFrom('good', 'hanging'),
      fc.integer({ min: 0, max: 5 }),
      async (end, log, exporter, traces, kind, calls) => {
        const collector = await startCollector();
        const { folder, env } = await setup(
          `for (let n = 0; n < ${calls}; n++) { await call(); console.log('app', n); }
process.on('exit', (code) => console.log('app exit', code));
${end}`,
          {
            OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
            OTEL_METRICS_EXPORTER: exporter,
            OTEL_TRACES_EXPORTER: traces,
            OTEL_LOGS_EXPORTER: 'none',
            OTEL_EXPORTER_OTLP_ENDPOINT: kind === 'good' ? collector.url : await startHanging(),
            ANTHROPIC_OTEL_LOG: log,
          },
        );
        const bare = await run(folder, ['app.mjs'], env);
        const ended = await run(folder, [...FLAGS, 'app.mjs'], env);
        const own = (text: string): string[] => text.split('\n').filter((line) => line.startsWith('app'));
        expect({ code: ended.code, signal: ended.signal, own: own(ended.stdout) }).toEqual({
          code: bare.code,
          signal: bare.signal,
          own: own(bare.stdout),
        });
        if (log === 'none') return;
        const text =
          log !== 'calls.log'
            ? ended[log as 'stdout']
            : calls > 0
              ? readFileSync(join(folder, log), 'utf8')
              : '';
        expect(callsIn(text)).toBe(calls);
      },
    ),
    { numRuns: Number(process.env['ENDS_RUNS'] ?? 40) },
  );
});
