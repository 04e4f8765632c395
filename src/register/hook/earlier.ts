/** Finds CommonJS modules of the SDK that were loaded before the hook was installed. */
import module from 'node:module';
import { pathToFileURL } from 'node:url';
import type { ClientClass } from '../../instrumentation/observed-class.ts';
import { type SdkFile, sdkFile } from './sdk-file.ts';

type Exports = Record<string, unknown>;

/** A loaded SDK file, its exports, and the classes that already extend its base class. */
export interface EarlierModule {
  readonly file: SdkFile;
  readonly exports: Exports;
  readonly root: ClientClass;
  readonly clients: readonly ClientClass[];
}

/** Matches files of the SDK and of its Bedrock, Vertex and Foundry packages that export client classes. */
const EXPORTS_CLIENTS = /[\\/](?:index|client|mantle-client)\.js$/;
const CLIENT = /^Anthropic/;

/** The SDK's modules in Node's cache. ES modules have no readable cache. */
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

/** Reads only exports with a client's name, so that getters of other packages do not run. */
function classesOf(exports: unknown): ClientClass[] {
  if ((typeof exports !== 'object' && typeof exports !== 'function') || exports === null) return [];
  return Object.keys(exports)
    .filter((key) => CLIENT.test(key))
    .map((key) => (exports as Exports)[key])
    .filter((value) => typeof value === 'function') as ClientClass[];
}
