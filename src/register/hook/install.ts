/**
 * The loader hook of `register`. It sees every file that Node loads in this thread, ES module or CommonJS, however it is requested, and
 * changes only the Claude SDK's file that declares the base client class. See docs/decisions/2026-11-21-hook.md.
 */
import module from 'node:module';
import { pathToFileURL } from 'node:url';
import type { ClientClass } from '../../instrumentation/observed-class.ts';
import { beforeCompile } from './compile.ts';
import { earlierModules } from './earlier.ts';
import { isSupported, type SdkFile, sdkFile } from './sdk-file.ts';
import { HOOK, isChanged, type Loaded, withTail } from './source-tail.ts';

/** A loaded copy of the SDK. Its ES module and CommonJS builds count separately. */
export interface LoadedSdk {
  readonly version: string;
  /** A URL. */
  readonly url: string;
  /** Whether the clients that it creates from now on are observed. */
  readonly observed: boolean;
}

/** The actions of the hook. */
export interface HookActions {
  /** Returns the class that replaces `root`, which every client class extends. */
  observe(root: ClientClass): ClientClass;
  /** Called once for each SDK file. */
  onLoaded(sdk: LoadedSdk): void;
}

/** Installs the hook in this thread. Returns whether this was possible: Node has `module.registerHooks` since 22.15 and 23.5. */
export function installHook({ observe, onLoaded }: HookActions): boolean {
  if (typeof module.registerHooks !== 'function') return false;
  const files = new Map<string, SdkFile>();
  const report = ({ version, url }: SdkFile, observed: boolean): void => onLoaded({ version, url, observed });
  const attach = (root: ClientClass, clients: readonly unknown[]): ClientClass => {
    const observed = observe(root);
    // `super()` calls the class's current prototype, so the class itself need not change.
    for (const client of clients) {
      if (client && Object.getPrototypeOf(client) === root) Object.setPrototypeOf(client, observed);
    }
    return observed;
  };

  const loaded = (url: string, root?: ClientClass, client?: ClientClass): ClientClass | undefined => {
    const file = files.get(url);
    const observed = root && attach(root, [client]);
    if (file) report(file, observed !== undefined);
    return observed;
  };
  Object.defineProperty(process, HOOK, { value: loaded, configurable: true });
  const change = <Source extends Loaded>(original: Source, url: string): Source => {
    try {
      const file = sdkFile(url);
      if (!file || isChanged(original)) return original;
      const changed = isSupported(file.version) ? withTail(original, file) : undefined;
      if (changed) files.set(file.url, file);
      // Other loaders create modules that re-export the file, with a query in their URL. Some versions have a `core` without classes.
      else if (url === file.url && file.client) report(file, false);
      return changed ?? original;
    } catch {
      return original;
    }
  };
  module.registerHooks({
    load: (url, context, nextLoad) =>
      change(nextLoad(url, context) as Loaded, url) as ReturnType<typeof nextLoad>,
  });
  beforeCompile((source, path) => String(change({ format: 'commonjs', source }, fileUrl(path)).source));

  for (const { file, exports, root, clients } of earlierModules()) {
    const observed = isSupported(file.version) && Reflect.set(exports, file.root, attach(root, clients));
    report(file, observed);
  }
  return true;
}

/** Converts a path to a URL. A value that is not a path, such as `[eval]`, matches no SDK file. */
function fileUrl(path: string): string {
  try {
    return pathToFileURL(path).href;
  } catch {
    return '';
  }
}
