import type { IncomingMessage } from 'node:http';
import type { OpenRequest } from '../api/ledger.ts';
import { readAsked } from '../api/platform.ts';
import { parseJson } from '../json.ts';

/**
 * Reads a whole request. A body of more than `maxBodyBytes` is read to its end, so that the client gets the 413, but is not kept.
 *
 * @returns `undefined` if the client disconnected before the end
 */
export async function receive(
  message: IncomingMessage,
  maxBodyBytes: number,
): Promise<{ request: OpenRequest; tooLarge: boolean } | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size <= maxBodyBytes) chunks.push(chunk);
      else chunks.length = 0;
    }
  } catch {
    return undefined;
  }
  const text = Buffer.concat(chunks).toString('utf8');
  const body = text === '' ? undefined : (parseJson(text) ?? text);
  const [path = '/', query = ''] = (message.url ?? '/').split('?');
  const { platform, model, stream } = readAsked(path, body);
  const request: OpenRequest = {
    method: message.method ?? 'GET',
    path,
    query,
    headers: flatten(message),
    body,
    platform,
    model,
    stream,
    retryCount: Number.parseInt(message.headers['x-stainless-retry-count']?.toString() ?? '0', 10) || 0,
    receivedAt: Date.now(),
    status: null,
    errorType: null,
    requestId: null,
    usage: null,
    usageFinal: false,
    bytesSent: 0,
    eventsSent: 0,
    completed: false,
    closedByClient: false,
    endedAt: null,
  };
  return { request, tooLarge: size > maxBodyBytes };
}

function flatten(message: IncomingMessage): Record<string, string> {
  const entries = Object.entries(message.headers).map(([name, value]) => [name, value?.toString() ?? '']);
  return Object.fromEntries(entries);
}
