/** Names are part of the interface: one that comes, goes or is renamed has a line in CHANGELOG. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { currentNames, type Names } from '../../dev/release-names.ts';

const released = JSON.parse(readFileSync(join(import.meta.dirname, 'names.json'), 'utf8')) as Names;
const changelog = readFileSync(join(import.meta.dirname, '../../CHANGELOG.md'), 'utf8');
const unreleased = /^## Unreleased$([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(changelog)?.[1] ?? '';

test.each(['metrics', 'labels', 'alerts', 'dashboards'] as const)(
  '%s that differ from the last release are named in CHANGELOG',
  (kind) => {
    const now = currentNames()[kind];
    const before = released[kind];
    const changed = [
      ...now.filter((name) => !before.includes(name)),
      ...before.filter((name) => !now.includes(name)),
    ];
    // With dots, as OpenTelemetry has them, or as Prometheus has them.
    const named = (name: string): boolean => {
      const pattern = name.replace(/_total$/, '(?:_total)?').replaceAll('_', '[._]');
      return new RegExp(`(?<![\\w.])${pattern}(?![\\w.]*\\w)`).test(unreleased);
    };
    expect(changed.filter((name) => !named(name))).toEqual([]);
  },
);
