/** Runs an application without telemetry and with it, and compares. */
import { join } from 'node:path';
import { expect } from 'vitest';
import type { AnthropicServer, PlannedResponse } from '../../../src/testing/index.ts';
import { createApp, type Ended, freePort, ROOT, run, startApi } from '../../helpers/process.ts';

/** What an application is started with to be observed. */
export const REGISTER: string = join(ROOT, 'dist/register.mjs');

/** How the two runs ended, and what the API saw of each. */
export interface Pair {
  readonly bare: Ended;
  readonly observed: Ended;
  readonly requests: ReadonlyArray<readonly AnthropicServer['requests'][number][]>;
}

/** How an application is started. */
export interface PairOptions {
  /** Flags of both runs. */
  readonly flags?: readonly string[];
  /** Flags of the run without telemetry, and of that with it, beside those of both. */
  readonly ways?: readonly [readonly string[], readonly string[]];
  readonly file?: string;
  /** The folder of the application, when it is there. */
  readonly folder?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs an application without telemetry, and then with it. What it prints and its exit code must be the same. */
export async function expectUnharmed(
  text: string,
  plan: () => readonly PlannedResponse[] = () => [],
  options: PairOptions = {},
): Promise<Pair> {
  const { flags = [], ways = [[], ['--import', REGISTER]], file = 'app.mjs', env = {} } = options;
  const api = await startApi();
  const folder = options.folder ?? createApp({ [file]: text });
  const ends: Ended[] = [];
  const requests: AnthropicServer['requests'][number][][] = [];
  for (const more of ways) {
    api.reset();
    api.plan(plan());
    ends.push(
      await run(folder, [...flags, ...more, file], {
        BASE_URL: api.url,
        OTEL_EXPORTER_PROMETHEUS_PORT: String(await freePort()),
        ...env,
      }),
    );
    await api.idle();
    requests.push([...api.requests]);
  }
  const [bare, observed] = ends as [Ended, Ended];
  expect(observed).toMatchObject({ code: bare.code, signal: bare.signal, stdout: bare.stdout });
  // What a crash writes names lines of the SDK, and the ids of responses.
  if (bare.code === 0) expect(observed.warnings).toEqual(bare.warnings);
  const seen = requests.map((each) => each.map(({ bytesSent, eventsSent }) => ({ bytesSent, eventsSent })));
  expect(seen[1]).toEqual(seen[0]);
  return { bare, observed, requests };
}

/** The log records of the calls that were observed. */
export function calls({ observed }: Pair): readonly Record<string, unknown>[] {
  return observed.records.filter(({ event }) => event === 'anthropic.call');
}
