import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ENTRY = fileURLToPath(new URL('../../src/resilience/index.ts', import.meta.url));

test('no file behind the sub-path imports OpenTelemetry or the SDK', () => {
  const files = new Set([ENTRY]);
  const packages = new Set<string>();
  for (const file of files) {
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(/ from '([^']+)'/g)) {
      if (name.startsWith('.')) files.add(resolve(dirname(file), name));
      else packages.add(name);
    }
  }
  expect([...packages].filter((name) => !name.startsWith('node:'))).toEqual(['cockatiel']);
});
