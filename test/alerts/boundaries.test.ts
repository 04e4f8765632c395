/** Each rule alone, just below and just above each of its limits. `npm run test:mutants` shows that a changed rule does not pass. */
import { beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG } from '../../src/mixin/config.ts';
import { boundariesOf } from './boundaries/index.ts';
import { ruleId, violations } from './support/boundary.ts';
import { randomConfig } from './support/random.ts';
import { rulesOf } from './support/rules.ts';

const SEED = 1;

describe.each([
  ['with the default settings', DEFAULT_CONFIG],
  [`with random settings (seed ${SEED})`, randomConfig(SEED)],
] as const)('at each of its limits, a rule does what its settings state, %s', (_, config) => {
  const subjects = rulesOf(config).map((rule) => ({ of: rule, rule }));
  const boundaries = boundariesOf(config);
  let found: Awaited<ReturnType<typeof violations>>;

  beforeAll(async () => {
    found = await violations(subjects, boundaries);
  });

  it.each(subjects.map((subject) => [ruleId(subject.of), subject] as const))('%s', (name, subject) => {
    expect(boundaries.some(({ rule }) => rule === name)).toBe(true);
    expect(found.get(subject)).toBeUndefined();
  });
});
