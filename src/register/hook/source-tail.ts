/** Adds a line to the end of an SDK file. */
import fs from 'node:fs';
import type { SdkFile } from './sdk-file.ts';

/** The key under which the added line finds the hook on `process`. The global object may be frozen. */
export const HOOK: unique symbol = Symbol.for('anthropic-otel.hook');

const CALL = `process[Symbol.for(${JSON.stringify(HOOK.description)})]`;

/** The result of a Node load hook. */
export interface Loaded {
  format: string | null | undefined;
  source?: string | ArrayBuffer | NodeJS.TypedArray | null | undefined;
}

/**
 * `loaded` with a line at its end that passes the classes to the hook, and replaces them with its result: for ES modules the
 * binding, which every importer sees, and for CommonJS also the export. No earlier line moves, so that source maps and stack traces stay
 * correct. Returns `undefined` for a file of another form.
 */
export function withTail<Source extends Loaded>(
  loaded: Source,
  { url, root, client }: SdkFile,
): Source | undefined {
  const isModule = loaded.format === 'module';
  if (!isModule && loaded.format !== 'commonjs') return undefined;
  const source = text(loaded.source) ?? fs.readFileSync(new URL(url), 'utf8');
  if (!source.includes(`class ${root}`)) return undefined;
  const given = [JSON.stringify(url), root, client].filter(Boolean).join(',');
  const exported = isModule ? '' : `Reflect.set(exports,"${root}",${root});`;
  // An assignment that fails throws, and the hook is notified that it has no class.
  const tail = `;try{${root}=${CALL}(${given});${exported}}catch{${CALL}?.(${JSON.stringify(url)})}`;
  return { ...loaded, source: `${source}\n${tail}` };
}

/** Whether the line was already added: a module may pass through several loaders. */
export function isChanged({ source }: Loaded): boolean {
  return text(source)?.includes(CALL) ?? false;
}

function text(source: Loaded['source']): string | undefined {
  if (typeof source === 'string') return source;
  return source ? new TextDecoder().decode(source as Uint8Array) : undefined;
}
