/** Pages name the alerts that are there. `docs/alerts.md` also has those that were dropped, with what took their place. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { currentNames } from '../../dev/release-names.ts';
import { ROOT } from '../helpers/process.ts';
import { PAGES } from './support/blocks.ts';

/** Classes of the SDK and of this package that are named alike. */
const CLASSES = /^Anthropic(?:Instrumentation|Server|Error|Bedrock\w*|Vertex\w*|Foundry\w*)$/;

test.each(PAGES.filter((page) => page !== 'docs/alerts.md'))(
  '%s names no alert that is not there',
  (page) => {
    const { alerts } = currentNames();
    const named = readFileSync(join(ROOT, page), 'utf8').match(/\bAnthropic[A-Z]\w+/g) ?? [];
    expect(named.filter((name) => !alerts.includes(name) && !CLASSES.test(name))).toEqual([]);
  },
);
