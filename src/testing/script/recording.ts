import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, type JsonObject, parseJson } from '../json.ts';

/** One exchange with the real API, kept in a file. */
export interface Recording {
  /** Where the recording comes from. */
  readonly source?: string;
  /** Whether the response is an event stream. */
  readonly stream: boolean;
  readonly request?: { readonly path: string; readonly body?: JsonObject };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    /** The body as text; an object stands for its JSON. */
    readonly body: string | JsonObject;
  };
  /** What a reader of the response should find, for a test to compare with. */
  readonly expected?: JsonObject;
}

/**
 * Reads one recording.
 *
 * @throws TypeError when the file holds no recording; the file system's own error when it cannot be read.
 */
export function loadRecording(path: string): Recording {
  const value = parseJson(readFileSync(path, 'utf8'));
  if (!isRecording(value)) {
    throw new TypeError(
      `Expected ${path} to contain a recording: {stream, response: {status, headers, body}}`,
    );
  }
  return value;
}

/**
 * Reads every `*.json` of a folder, in the order of their names.
 *
 * @returns The recordings by file name.
 * @throws TypeError when a file holds no recording.
 */
export function loadRecordings(folder: string): ReadonlyMap<string, Recording> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return new Map(names.sort().map((name) => [name, loadRecording(join(folder, name))]));
}

/** Whether `value` has the form of a {@link Recording}. */
export function isRecording(value: unknown): value is Recording {
  if (!isObject(value) || typeof value.stream !== 'boolean' || !isObject(value.response)) return false;
  const { status, headers, body } = value.response;
  return Number.isInteger(status) && isObject(headers) && (typeof body === 'string' || isObject(body));
}
