/** Recognizes the files of the Claude SDK that declare the class which every client extends. */
import fs from 'node:fs';

/** An SDK file that declares the base client class. */
export interface SdkFile {
  readonly version: string;
  /** A URL, without query and hash. */
  readonly url: string;
  /** Name of the base class that every client extends. */
  readonly root: string;
  /** Name of the class in the same file that already extends it. */
  readonly client: string | undefined;
}

const NAME = '@anthropic-ai/sdk';

/** The base classes by file name: `client` since 0.40, `core` before. */
const ROOTS: Readonly<Record<string, Pick<SdkFile, 'root' | 'client'>>> = {
  client: { root: 'BaseAnthropic', client: 'Anthropic' },
  core: { root: 'APIClient', client: undefined },
};

const FORM = /^(file:.*\/)(client|core)\.m?js(?=[?#]|$)/;

/**
 * The SDK file at `url`; `undefined` for every other file. The `package.json` next to the file identifies the package, not
 * its path, because aliases, stores, archives and bundlers put it in other folders.
 */
export function sdkFile(url: string): SdkFile | undefined {
  const [file, folder, name] = FORM.exec(url) ?? [];
  if (file === undefined) return undefined;
  const pkg = readPackage(`${folder}package.json`);
  return pkg?.name === NAME ? { version: String(pkg.version), url: file, ...ROOTS[name!]! } : undefined;
}

/** Uses the object, not a named import, because Yarn replaces its methods to read archives. */
function readPackage(url: string): { name?: unknown; version?: unknown } | undefined {
  try {
    return JSON.parse(fs.readFileSync(new URL(url), 'utf8'));
  } catch {
    return undefined;
  }
}

/** Whether the clients of this version of the SDK can be observed: 0.39.0 and later, before 2. */
export function isSupported(version: string): boolean {
  const [major, minor] = version.split('.').map(Number);
  return major === 1 || (major === 0 && minor! >= 39);
}
