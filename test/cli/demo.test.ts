/** The demo from the packed package, in a folder that has nothing else, as a user starts it. Part of `npm run test:soak`: it takes a minute. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandsRunBy } from '../docs/support/blocks.ts';
import { type Ended, ROOT, start } from '../helpers/process.ts';
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

/** What every page shows: the six acts, with the pages that they must have. */
function expectPlayed(output: string): void {
  const pages = [...output.matchAll(/▲ (\w+) critical, notified/g)].map(([, alert]) => alert);
  expect(new Set(pages)).toEqual(
    new Set([
      'AnthropicConsecutiveServerErrors',
      'AnthropicAuthenticationFailed',
      'AnthropicHighErrorRate',
      'AnthropicRetriesExhausted',
    ]),
  );
  expect(output).toContain('✓ every act ended as it should');
  expect(output.match(/^Act \d of 6/gm)).toHaveLength(6);
}

async function expectClosed(output: string): Promise<void> {
  const addresses = new Set(output.match(/http:\/\/127\.0\.0\.1:\d+/g));
  expect(addresses.size).toBeGreaterThan(5);
  for (const address of addresses) await expect(fetch(address), address).rejects.toThrow();
}

const BIN = 'node_modules/anthropic-otel/dist/cli/cli.mjs';

/** Runs a command line of the documentation, with the command itself in the place of `npx`. */
async function play(folder: string, line: string): Promise<Ended> {
  const args = line.replace(/^npx anthropic-otel /, '').split(' ');
  const running = start(folder, [BIN, ...args]);
  if (!args.includes('--once')) {
    await running.printed('light traffic goes on');
    running.kill('SIGINT');
  }
  return running.ended;
}

test('the demo plays every act, as each page shows it, and leaves nothing behind', async () => {
  const folder = installPacked();
  const lines = [...new Set(commandsRunBy('test/cli/demo.test.ts'))];
  expect(lines).toHaveLength(2);
  // One after the other: pages have to arrive in time.
  const json = await play(folder, 'npx anthropic-otel demo --once --json');
  const others: Ended[] = [];
  for (const line of lines) others.push(await play(folder, line));
  for (const { code, stdout, stderr } of others) {
    expect(code, stderr).toBe(0);
    expectPlayed(stdout);
    await expectClosed(stdout);
  }
  expect(json.code, json.stderr).toBe(0);
  expect(JSON.parse(json.stdout)).toMatchObject({
    ok: true,
    acts: Array.from({ length: 6 }, () => ({ ok: true })),
  });
  expectPlayed(json.stderr);
  await expectClosed(json.stderr);
  expect(readdirSync(folder).sort()).toEqual(['node_modules', 'package.json']);
});
