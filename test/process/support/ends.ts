/** What the tests of a process's end share: an application with an API, a collector that hangs, and the calls in a log. */
import { REQUEST } from '../../helpers/apps.ts';
import { createApp, freePort, startApi, startServer } from '../../helpers/process.ts';

/** Starts an application under `register`. */
export const FLAGS = ['--import', 'anthropic-otel/register'];
/** What each application begins with. */
export const SETUP = `import Anthropic from '@anthropic-ai/sdk';
const client = new Anthropic({ baseURL: process.env.BASE_URL, logLevel: 'off', maxRetries: 0 });
const call = () => client.messages.create(${REQUEST});
const sleep = (time) => new Promise((resolve) => setTimeout(resolve, time));
`;
type Env = Readonly<Record<string, string>>;

/** An endpoint that takes connections and never responds. */
export const startHanging = (): Promise<string> => startServer(() => {});

/** How many calls the log records in `text` record. */
export const callsIn = (text: string): number => text.match(/"event":"anthropic\.call"/g)?.length ?? 0;
/** The folder of an application that begins with `SETUP` and goes on with `text`, and its environment. */
export async function setup(text: string, env: Env = {}) {
  const api = await startApi();
  const folder = createApp({ 'app.mjs': SETUP + text });
  const all = {
    BASE_URL: api.url,
    OTEL_EXPORTER_PROMETHEUS_PORT: String(await freePort()),
    ANTHROPIC_OTEL_SHUTDOWN_TIMEOUT: '500',
    ...env,
  };
  return { folder, env: all };
}
