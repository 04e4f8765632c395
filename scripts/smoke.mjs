/**
 * Checks the packed package with the Node.js that runs this, on any operating system: installs it into an empty folder, makes a call under
 * `register`, and exports the monitoring. Needs `npm run build` first, and nothing but Node.js and npm.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'anthropic-otel-smoke-'));
const windows = process.platform === 'win32';
const npm = (args, cwd = folder) =>
  execFileSync(windows ? 'npm.cmd' : 'npm', args, { cwd, encoding: 'utf8', shell: windows });
const node = (args) =>
  execFileSync(process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });

const APP = `import Anthropic from '@anthropic-ai/sdk';
import { startAnthropicServer } from 'anthropic-otel/testing';
const server = await startAnthropicServer();
const client = new Anthropic({ baseURL: server.url, apiKey: 'test-key' });
await client.messages.create({ model: 'claude-sonnet-5-5', max_tokens: 9, messages: [{ role: 'user', content: 'Hello' }] });
const page = await (await fetch('http://localhost:9464/metrics')).text();
console.log(/anthropic_client_calls_total\\{.*anthropic_outcome="ok".*\\} 1/.test(page));
await server.close();
`;

try {
  const packed = npm(['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], root)
    .trim()
    .split('\n')
    .at(-1);
  writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}');
  npm(['install', '--no-audit', '--no-fund', '--loglevel=error', `./${packed}`, '@anthropic-ai/sdk']);
  writeFileSync(join(folder, 'app.js'), APP);
  assert.match(node(['--import=anthropic-otel/register', 'app.js']), /^true$/m);
  const cli = join(folder, 'node_modules/anthropic-otel/dist/cli/cli.mjs');
  assert.match(node([cli, 'init']), /Wrote anthropic-otel\.config\.mjs/);
  node([cli, 'export']);
  node([cli, 'export', '--check']);
  assert.ok(existsSync(join(folder, 'monitoring/dashboards/anthropic-triage.json')));
  assert.match(
    readFileSync(join(folder, 'monitoring/alerts/anthropic.rules.yaml'), 'utf8'),
    /AnthropicWatchdog/,
  );
  console.log(`The package works with Node.js ${process.versions.node} on ${process.platform}.`);
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
