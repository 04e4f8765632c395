/** Each rule alone, just below and just above each of its limits. `npm run test:mutants` shows that a changed rule does not pass. */
import { beforeAll, describe, expect, it } from 'vitest';
import { BOUNDARIES } from './boundaries/index.ts';
import { ruleId, type Subject, violations } from './support/boundary.ts';
import { RULES } from './support/rules.ts';

const SUBJECTS: readonly Subject[] = RULES.map((rule) => ({ of: rule, rule }));
let found: Awaited<ReturnType<typeof violations>>;

beforeAll(async () => {
  found = await violations(SUBJECTS, BOUNDARIES);
});

describe('at each of its limits, a rule does what its settings state', () => {
  it.each(SUBJECTS.map((subject) => [ruleId(subject.of), subject] as const))('%s', (name, subject) => {
    expect(BOUNDARIES.some(({ rule }) => rule === name)).toBe(true);
    expect(found.get(subject)).toBeUndefined();
  });
});
