/** The older SDKs, each with the way in which its clients get telemetry. */

import type { ClientOptions } from '@anthropic-ai/sdk';
import Anthropic from '@anthropic-ai/sdk';
import Sdk39 from 'sdk-0-39';
import Sdk60 from 'sdk-0-60';
import Sdk100 from 'sdk-0-100';
import Sdk101 from 'sdk-0-101';
import Sdk122 from 'sdk-0-122';
import Sdk133 from 'sdk-0-133';
import { addAdapters } from '../../src/adapters/client-options.ts';
import { observeMadeClient } from '../../src/adapters/fetch/client-fetch.ts';
import type { SdkClient } from '../../src/adapters/sdk-shapes.ts';
import { observedClass } from '../../src/instrumentation/observed-class.ts';
import type { Harness } from './harness.ts';

/** A client class. What the tests use of it is the same in every version. */
export type ClientClass = new (options: ClientOptions) => Anthropic;

/** An older SDK. */
export interface OlderSdk {
  readonly version: string;
  readonly Client: ClientClass;
  /** What there is to observe it by. */
  readonly adapter: 'span' | 'middleware' | 'fetch';
}

/** The older SDKs, oldest first. */
export const OLDER_SDKS: readonly OlderSdk[] = [
  { version: '0.39', Client: Sdk39 as never, adapter: 'fetch' },
  { version: '0.60', Client: Sdk60 as never, adapter: 'fetch' },
  { version: '0.100', Client: Sdk100 as never, adapter: 'fetch' },
  { version: '0.101', Client: Sdk101 as never, adapter: 'middleware' },
  { version: '0.122', Client: Sdk122 as never, adapter: 'middleware' },
  { version: '0.133', Client: Sdk133 as never, adapter: 'middleware' },
];

/** Every SDK that is tested, oldest first; the last one makes call spans itself. */
export const SDKS: readonly OlderSdk[] = [
  ...OLDER_SDKS,
  { version: 'current', Client: Anthropic, adapter: 'span' },
];

/** The class of clients that the instrumentation puts in place of `Client`. */
export function instrumented({ Client }: OlderSdk, { telemetry }: Harness): ClientClass {
  return observedClass(
    Client as never,
    (options) => addAdapters(options ?? {}, telemetry),
    (client) => observeMadeClient(client as SdkClient, telemetry),
  ) as never;
}

/** A client of the harness's API, with telemetry. */
export function newClient(sdk: OlderSdk, harness: Harness, options: ClientOptions = {}): Anthropic {
  return new (instrumented(sdk, harness))({
    baseURL: harness.server.url,
    apiKey: 'test-key',
    logLevel: 'off',
    ...options,
  });
}
