/** The committed files are what the sources generate. */
import { readdir, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { dashboards } from '../../src/mixin/dashboards/build.ts';

it.each(dashboards())('$path is up to date', async ({ path, content }) => {
  expect(await readFile(path, 'utf8'), 'run `npm run generate`').toBe(content);
});

it('there is no other dashboard', async () => {
  const files = (await readdir('dashboards')).filter((name) => name.endsWith('.json'));
  expect(files.sort()).toEqual(
    dashboards()
      .map(({ path }) => path.replace('dashboards/', ''))
      .sort(),
  );
});
