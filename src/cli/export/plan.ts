/** Compares the files that `export` would write with the existing ones. Files that the user changed are never overwritten without consent. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize } from 'node:path';
import { UserError, usageError } from '../command.ts';
import type { File } from '../package-files.ts';

/** Records the written files, so that the user's changes can be distinguished from this command's. */
const MANIFEST = '.anthropic-otel.json';

interface Manifest {
  /** By path: the hash of the written file, and its target. */
  readonly files: Readonly<Record<string, { readonly sha256: string; readonly target: string }>>;
}

/** The planned change of one file. `conflict`: the user changed the file. */
export type ChangeKind = 'create' | 'update' | 'remove' | 'conflict' | 'unchanged';

/** One file of the plan. */
export interface Change {
  readonly path: string;
  readonly target: string;
  readonly kind: ChangeKind;
  /** The existing content, or empty if there is none. */
  readonly before: string;
  /** The new content, or empty if the file would be removed. */
  readonly after: string;
}

/** The planned changes of the folder. */
export interface Plan {
  readonly folder: string;
  readonly changes: readonly Change[];
  readonly manifest: Manifest;
}

/** Compares `files`, by their target, with the content of `folder`. */
export async function makePlan(
  folder: string,
  files: Readonly<Record<string, readonly File[]>>,
): Promise<Plan> {
  const known = await readManifest(folder);
  const changes: Change[] = [];
  const wanted = new Set<string>();
  for (const [target, list] of Object.entries(files)) {
    for (const { path, content } of list) {
      wanted.add(path);
      const before = await readText(join(folder, path));
      const kind = kindOf(before, content, known.files[path]?.sha256);
      changes.push({ path, target, kind, before: before ?? '', after: content });
    }
  }
  for (const [path, { sha256, target }] of Object.entries(known.files)) {
    if (wanted.has(path) || !Object.hasOwn(files, target) || !isInside(path)) continue;
    const before = await readText(join(folder, path));
    if (before === undefined) continue;
    const kind = hash(before) === sha256 ? 'remove' : 'unchanged';
    if (kind === 'remove') changes.push({ path, target, kind, before, after: '' });
  }
  return { folder, changes, manifest: nextManifest(known, files) };
}

/** Executes the plan. */
export async function applyPlan({ folder, changes, manifest }: Plan): Promise<void> {
  for (const { path, kind, after } of changes) {
    if (kind === 'unchanged') continue;
    if (kind === 'remove') await rm(join(folder, path));
    else await write(join(folder, path), after);
  }
  await write(join(folder, MANIFEST), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

function kindOf(before: string | undefined, after: string, written: string | undefined): ChangeKind {
  if (before === undefined) return 'create';
  if (withoutReturns(before) === withoutReturns(after)) return 'unchanged';
  return written === hash(before) ? 'update' : 'conflict';
}

/** Whether a path in the manifest, which anyone may have edited, is inside the folder. */
function isInside(path: string): boolean {
  return !isAbsolute(path) && !normalize(path).startsWith('..');
}

function nextManifest(known: Manifest, files: Readonly<Record<string, readonly File[]>>): Manifest {
  const kept = Object.entries(known.files).filter(([, { target }]) => !Object.hasOwn(files, target));
  const written = Object.entries(files).flatMap(([target, list]) =>
    list.map(({ path, content }) => [path, { sha256: hash(content), target }] as const),
  );
  return { files: Object.fromEntries([...kept, ...written].sort(([a], [b]) => (a < b ? -1 : 1))) };
}

async function readManifest(folder: string): Promise<Manifest> {
  const text = await readText(join(folder, MANIFEST));
  if (text === undefined) return { files: {} };
  try {
    const { files } = JSON.parse(text) as Partial<Manifest>;
    if (typeof files === 'object' && files !== null) return { files };
  } catch {
    // Reported below.
  }
  throw usageError(
    `${join(folder, MANIFEST)} is damaged`,
    'Remove it, then run export with --force once. Without it, every file counts as changed by you.',
  );
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'EISDIR') throw new UserError(`${path} is a folder, but export has to write a file there`);
    throw error;
  }
}

/** Writes atomically, so that a reader never sees a partial file. */
async function write(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  // Replaces the target of a link, not the link.
  const target = await realpath(path).catch(() => path);
  const temporary = `${target}.${process.pid}.tmp`;
  await writeFile(temporary, content);
  await rename(temporary, target);
}

function hash(text: string): string {
  return createHash('sha256').update(withoutReturns(text)).digest('hex');
}

/** Removes carriage returns, because a checkout on Windows changes line endings. */
function withoutReturns(text: string): string {
  return text.replaceAll('\r\n', '\n');
}
