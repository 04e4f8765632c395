/** Files that the package ships beside its code. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file to write. */
export interface File {
  /** Relative, with slashes. */
  readonly path: string;
  readonly content: string;
}

/** The root of the package: the nearest folder above with a manifest, whether this file is built or not. */
export const PACKAGE_ROOT: string = rootAbove(dirname(fileURLToPath(import.meta.url)));

function rootAbove(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : rootAbove(dirname(folder));
}

/** The files of the package that are directly in `folder`, below `target`. */
export async function shippedFiles(folder: string, target: string, ending: string): Promise<File[]> {
  const names = (await readdir(join(PACKAGE_ROOT, folder))).filter((name) => name.endsWith(ending)).sort();
  return Promise.all(
    names.map(async (name) => ({
      path: `${target}/${name}`,
      content: await readFile(join(PACKAGE_ROOT, folder, name), 'utf8'),
    })),
  );
}
