import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DECISIONS, POLICY_ORDER } from '../../src/resilience/index.ts';

const PAGE = readFileSync(new URL('../../docs/resilience.md', import.meta.url), 'utf8');

test('the page has every decision with its meaning', () => {
  for (const [name, meaning] of Object.entries(DECISIONS))
    expect(PAGE).toContain(`| \`${name}\` | ${meaning} |`);
});

test('the page has every policy, in the order in which they work', () => {
  const rows = [...PAGE.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  const policies = rows.filter((name) => POLICY_ORDER.some((policy) => policy === name));
  // Two decisions have the name of a policy; their table comes later.
  expect(policies.slice(0, POLICY_ORDER.length)).toEqual([...POLICY_ORDER]);
});
