/** The SDK's CommonJS modules that were loaded before the hook was there. */
import module from 'node:module';
import { pathToFileURL } from 'node:url';
import type { ClientClass } from '../../instrumentation/observed-class.ts';
import { type SdkFile, sdkFile } from './sdk-file.ts';

type Exports = Record<string, unknown>;

/** A file of the SDK that is loaded, its exports, and the classes that extend its root already. */
export interface EarlierModule {
  readonly file: SdkFile;
  readonly exports: Exports;
  readonly root: ClientClass;
  readonly clients: readonly ClientClass[];
}

/** Files of the SDK and of its Bedrock, Vertex and Foundry packages that export client classes. */
const EXPORTS_CLIENTS = /[\\/](?:index|client|mantle-client)\.js$/;
const CLIENT = /^Anthropic/;

/** The modules of the SDK that are in Node's cache. ES modules are in none that can be read. */
export function earlierModules(): readonly EarlierModule[] {
  const cache = (module as unknown as { _cache?: NodeJS.Dict<NodeModule> })._cache ?? {};
  const found: EarlierModule[] = [];
  for (const path of Object.keys(cache)) {
    const file = sdkFile(pathToFileURL(path).href);
    const exports = cache[path]?.exports as Exports | undefined;
    const root = file && exports?.[file.root];
    if (!file || !exports || typeof root !== 'function') continue;
    const clients = Object.keys(cache)
      .filter((each) => EXPORTS_CLIENTS.test(each))
      .flatMap((each) => classesOf(cache[each]?.exports))
      .filter((each) => Object.getPrototypeOf(each) === root);
    found.push({ file, exports, root: root as ClientClass, clients });
  }
  return found;
}

/** Only what has the name of a client: a getter of another package is not run. */
function classesOf(exports: unknown): ClientClass[] {
  if ((typeof exports !== 'object' && typeof exports !== 'function') || exports === null) return [];
  return Object.keys(exports)
    .filter((key) => CLIENT.test(key))
    .map((key) => (exports as Exports)[key])
    .filter((value) => typeof value === 'function') as ClientClass[];
}
