import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('../../scripts/chaos/main.ts', import.meta.url));
const run = promisify(execFile);

test('a wrong option is an error with the usage', async () => {
  await expect(run(process.execPath, [MAIN, '--calls', 'many'])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Usage: npm run chaos'),
  });
});
