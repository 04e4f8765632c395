import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { METRICS, prometheusLabel, prometheusName } from '../../src/index.ts';
import { BoundedValues } from '../../src/model/bounded.ts';
import { Streaks, streakEffect } from '../../src/model/streak.ts';
import { ATTR } from '../../src/signals/names.ts';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

/** What each file imports, as paths below `src` or names of packages. */
const imports = files.map((file) => {
  const text = readFileSync(join(SRC, file), 'utf8');
  const specifiers = [...text.matchAll(/(?:from|import) '([^']+)'/g)].map(([, name]) => name as string);
  const resolved = specifiers.map((name) =>
    name.startsWith('.') ? relative(SRC, resolve(SRC, dirname(file), name)) : name,
  );
  return { file, imports: resolved };
});

describe('the catalogue', () => {
  test('has each name once', () => {
    const names = Object.values(METRICS).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(Object.values(METRICS).map(prometheusName)).size).toBe(names.length);
  });

  test('has only attributes that the list of names has', () => {
    const known = new Set<string>(Object.values(ATTR));
    for (const { name, attributes } of Object.values(METRICS)) {
      for (const attribute of attributes) expect(known, name).toContain(attribute);
    }
  });

  test('gives own counters and gauges annotation units only, for one name on both ways into Prometheus', () => {
    for (const { name, kind, unit } of Object.values(METRICS)) {
      if (name.startsWith('anthropic.') && kind !== 'histogram') expect(unit, name).toMatch(/^\{\w+\}$/);
    }
  });

  test('names metrics as the Prometheus exporter does', () => {
    expect(prometheusName(METRICS.calls)).toBe('anthropic_client_calls_total');
    expect(prometheusName(METRICS.activeCalls)).toBe('anthropic_client_active_calls');
    expect(prometheusLabel('gen_ai.request.model')).toBe('gen_ai_request_model');
  });
});

describe('the layers', () => {
  const layer = (path: string): string => path.split('/')[0] ?? '';

  test('model imports nothing but itself', () => {
    for (const { file, imports: all } of imports.filter((each) => layer(each.file) === 'model')) {
      for (const name of all) expect(layer(name), `${file} imports ${name}`).toBe('model');
    }
  });

  test('signals import neither adapters nor entry points', () => {
    for (const { file, imports: all } of imports.filter((each) => layer(each.file) === 'signals')) {
      for (const name of all.filter((each) => each.endsWith('.ts'))) {
        expect(['model', 'ports', 'signals'], `${file} imports ${name}`).toContain(layer(name));
      }
    }
  });

  test('nothing inside imports an entry point', () => {
    // The command is a program of its own: it runs an application against the local API.
    const entryPoints = ['index.ts', 'register', 'instrumentation', 'resilience', 'testing', 'cli'];
    for (const { file, imports: all } of imports.filter((each) => !entryPoints.includes(layer(each.file)))) {
      for (const name of all) expect(entryPoints, `${file} imports ${name}`).not.toContain(layer(name));
    }
  });

  test('nothing but the application of the command imports the SDK at run time', () => {
    for (const { file, imports: all } of imports.filter(({ file }) => layer(file) !== 'cli')) {
      for (const name of all) expect(name, file).not.toMatch(/^@anthropic-ai\//);
    }
  });
});

describe('bounds', () => {
  test('keep the first values and replace the rest by _OTHER', () => {
    const values = new BoundedValues(2);
    expect(['a', 'b', 'a', 'c', 'b'].map((value) => values.of(value))).toEqual([
      'a',
      'b',
      'a',
      '_OTHER',
      'b',
    ]);
  });
});

describe('streaks', () => {
  test('grow with 5xx, end with other responses, and ignore overloads and silence', () => {
    const streaks = new Streaks();
    const statuses = [500, 529, undefined, 503, 500, 404, 500, 200];
    const seen = statuses.map((status) => streaks.apply('path', streakEffect(status)));
    expect(seen.map(({ length }) => length)).toEqual([1, 1, 1, 2, 3, 0, 1, 0]);
    expect(seen.filter(({ began }) => began)).toHaveLength(1);
  });
});
