/** What an installation downloads, and what comes with it. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../helpers/process.ts';

interface Packed {
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

const [packed] = JSON.parse(
  execFileSync('npm', ['pack', '--ignore-scripts', '--dry-run', '--json'], { cwd: ROOT, encoding: 'utf8' }),
) as [Packed];
const sizeOf = (pattern: RegExp): number =>
  packed.files.filter(({ path }) => pattern.test(path)).reduce((sum, { size }) => sum + size, 0);

/** Budgets in bytes. Raise one with the reason in the commit. */
test('the package stays within its budgets', () => {
  expect(packed.size).toBeLessThan(1_300_000);
  expect(packed.unpackedSize).toBeLessThan(7_000_000);
  expect(sizeOf(/^dist\/cli\//)).toBeLessThan(1_300_000);
});

test('nothing of the command line is imported by what applications load', () => {
  const entries = packed.files.map(({ path }) => path).filter((path) => /^dist\/[^/]+\.[cm]js$/.test(path));
  expect(entries.length).toBeGreaterThan(8);
  const importing = entries.filter((path) =>
    /(?:from|import\(|require\()\s*['"][^'"]*(?:\/cli\/|grafana-foundation|["']yaml["']|["']diff["'])/.test(
      readFileSync(join(ROOT, path), 'utf8'),
    ),
  );
  expect(importing).toEqual([]);
});

test('the package has no sources beside its source maps, which have them', () => {
  const shipped = packed.files.map(({ path }) => path).filter((path) => path.startsWith('src/'));
  expect(shipped).toEqual([]);
});

test('every package that is installed with it has a license that allows it', () => {
  const sbom = JSON.parse(
    execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev', '--package-lock-only'], {
      cwd: ROOT,
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    }),
  ) as {
    components: {
      name: string;
      licenses?: { license?: { id?: string; name?: string }; expression?: string }[];
    }[];
  };
  const allowed =
    /^\(?(MIT|Apache-2\.0|BSD-[23]-Clause|ISC|0BSD|BlueOak-1\.0\.0|CC0-1\.0|Unlicense|Python-2\.0|MIT-0)\b/;
  const others = sbom.components.filter(
    ({ licenses = [] }) =>
      !licenses.some(({ license, expression }) =>
        allowed.test(license?.id ?? license?.name ?? expression ?? ''),
      ),
  );
  expect(sbom.components.length).toBeGreaterThan(20);
  expect(others.map(({ name }) => name)).toEqual([]);
});
