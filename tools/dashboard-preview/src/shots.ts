/** `npm run dashboards:shots [-- http://prometheus:9090]`: a picture of every dashboard, light and dark, in docs/images. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Browser } from './browser.ts';
import { startPreview } from './preview.ts';
import { UIDS } from './server.ts';

const FOLDER = fileURLToPath(new URL('../../../docs/images', import.meta.url));
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);
if (!CHROMIUM) {
  console.error('There is no Chromium. On Debian or Ubuntu: `sudo apt-get install chromium`.');
  process.exit(1);
}

const preview = await startPreview(process.argv[2]);
const profile = await mkdtemp(join(tmpdir(), 'dashboard-shots-'));
const child = spawn(
  CHROMIUM,
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
  await mkdir(FOLDER, { recursive: true });
  for (const uid of UIDS) {
    for (const theme of ['dark', 'light']) {
      const image = await browser.shoot(`${preview.url}/?uid=${uid}&theme=${theme}`);
      await writeFile(join(FOLDER, `${uid}-${theme}.png`), image);
      console.log(`docs/images/${uid}-${theme}.png`);
    }
  }
} finally {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  await ended;
  await preview.stop();
  await rm(profile, { recursive: true, force: true, maxRetries: 5 });
}
