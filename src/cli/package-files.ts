/** The files that the package ships next to its code. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file to write. */
export interface File {
  /** A relative path with slashes. */
  readonly path: string;
  readonly content: string;
}

/** The root of the package: the nearest parent folder with a manifest, for both source and built files. */
export const PACKAGE_ROOT: string = rootAbove(dirname(fileURLToPath(import.meta.url)));

function rootAbove(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : rootAbove(dirname(folder));
}

/** The package's files directly in `folder`, with paths below `target`. */
export async function shippedFiles(folder: string, target: string, ending: string): Promise<File[]> {
  const names = (await readdir(join(PACKAGE_ROOT, folder))).filter((name) => name.endsWith(ending)).sort();
  return Promise.all(
    names.map(async (name) => ({
      path: `${target}/${name}`,
      content: await readFile(join(PACKAGE_ROOT, folder, name), 'utf8'),
    })),
  );
}
