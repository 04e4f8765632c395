/** Pictures of every dashboard, light and dark, taken with Chromium. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { Browser, type Look } from './browser.ts';
import { UIDS } from './server.ts';

const CHROMIUM = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * Takes the pictures of a running preview, and yields the path of each.
 *
 * @param only - end of the uid of the one dashboard to take; all without it
 * @throws when there is no Chromium, or a dashboard could not be drawn
 */
export async function* shoot(
  previewUrl: string,
  folder: string,
  only = '',
  look: Look = {},
): AsyncGenerator<string> {
  const suffix = [look.width, look.vision].map((part) => (part ? `-${part}` : '')).join('');
  const profile = await mkdtemp(join(tmpdir(), 'dashboard-shots-'));
  const child = spawn(
    chromium(),
    [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--hide-scrollbars',
      '--force-device-scale-factor=1',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      'about:blank',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, TZ: 'UTC' } },
  );
  try {
    const browser = await Browser.connect(child.stderr);
    await mkdir(folder, { recursive: true });
    for (const uid of UIDS.filter((each) => each.endsWith(only))) {
      for (const theme of ['dark', 'light']) {
        const image = await browser.shoot(new URL(`/?uid=${uid}&theme=${theme}`, previewUrl).href, look);
        const path = join(folder, `${uid}-${theme}${suffix}.png`);
        await writeFile(path, image);
        yield relative('', path);
      }
    }
  } finally {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill();
    await ended;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The Chromium of this machine. */
export function chromium(): string {
  const found = [process.env['CHROMIUM'], ...CHROMIUM].find((path) => path && existsSync(path));
  if (found) return found;
  throw new Error(
    'There is no Chromium. On Debian or Ubuntu: `sudo apt-get install chromium`. Elsewhere: set CHROMIUM to its path.',
  );
}
