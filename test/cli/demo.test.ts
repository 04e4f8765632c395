/** The demo from the packed package, in a folder that has nothing else, as a user starts it. Part of `npm run test:soak`: it takes a minute. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, run } from '../helpers/process.ts';
import { createFolder } from './support/cli.ts';

/** A folder in which the packed package is installed, with the packages that it needs. */
function installPacked(): string {
  const folder = createFolder({ 'package.json': '{"private":true}' });
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, 'anthropic-otel'), { recursive: true });
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (name !== 'anthropic-otel') symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const tarball = join(folder, packed.trim().split('\n').at(-1) ?? '');
  execFileSync('tar', ['-xzf', tarball, '-C', join(modules, 'anthropic-otel'), '--strip-components=1']);
  rmSync(tarball);
  return folder;
}

interface Summary {
  readonly ok: boolean;
  readonly calls: number;
  readonly acts: readonly {
    name: string;
    ok: boolean;
    fired: readonly { alert: string; severity: string }[];
  }[];
}

test('anthropic-otel demo plays every act, pages for three of them, and leaves no process behind', async () => {
  const folder = installPacked();
  const ended = await run(folder, [
    'node_modules/anthropic-otel/dist/cli/cli.mjs',
    'demo',
    '--once',
    '--json',
  ]);
  expect(ended.code, ended.stderr).toBe(0);
  const { ok, acts, calls } = JSON.parse(ended.stdout) as Summary;
  expect(ok).toBe(true);
  expect(calls).toBeGreaterThan(150);
  expect(acts).toHaveLength(6);
  const pages = acts.flatMap(({ fired }) => fired.filter(({ severity }) => severity === 'critical'));
  expect(new Set(pages.map(({ alert }) => alert))).toEqual(
    new Set([
      'AnthropicConsecutiveServerErrors',
      'AnthropicAuthenticationFailed',
      'AnthropicHighErrorRate',
      'AnthropicRetriesExhausted',
    ]),
  );
  const addresses = ended.stderr.match(/http:\/\/127\.0\.0\.1:\d+/g) ?? [];
  expect(new Set(addresses).size).toBeGreaterThan(5);
  for (const address of new Set(addresses)) await expect(fetch(address), address).rejects.toThrow();
  expect(readdirSync(folder).sort()).toEqual(['node_modules', 'package.json']);
});
