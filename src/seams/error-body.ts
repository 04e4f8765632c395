/** Reads the error envelope of a failed attempt from a clone, bounded in size and time. The client reads the body itself. */

/** What an error envelope says. */
export interface Envelope {
  readonly type?: string | undefined;
  readonly code?: string | undefined;
  readonly message?: string | undefined;
}

const MAX_BYTES = 64 * 1024;
const MAX_MILLISECONDS = 1000;

/** The envelope in the body of `response`; empty when there is none, it is no JSON, or it takes too long. */
export async function readEnvelope(response: Response): Promise<Envelope> {
  // The body of a `node-fetch` response is a Node stream, whose clones stall unless both halves are read.
  if (typeof response.body?.getReader !== 'function') return {};
  if (!/json/i.test(response.headers.get('content-type') ?? '')) return {};
  const text = await readText(response.clone());
  return text === undefined ? {} : parseEnvelope(text);
}

/** The envelope in `text`. */
export function parseEnvelope(text: string): Envelope {
  try {
    const body: unknown = JSON.parse(text);
    const error = field(body, 'error');
    const details = field(error, 'details');
    return {
      type: string(field(error, 'type')),
      code: string(field(details, 'error_code')),
      message: string(field(error, 'message')),
    };
  } catch {
    return {};
  }
}

async function readText(response: Response): Promise<string | undefined> {
  const reader = response.body?.getReader();
  if (!reader) return undefined;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, MAX_MILLISECONDS, 'late');
  });
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for (;;) {
      const result = await Promise.race([reader.read(), late]);
      if (result === 'late') return undefined;
      if (result.done) return Buffer.concat(chunks).toString('utf8');
      bytes += result.value.byteLength;
      if (bytes > MAX_BYTES) return undefined;
      chunks.push(result.value);
    }
  } finally {
    clearTimeout(timer);
    // Not awaited: canceling one half of a cloned body resolves with the other half.
    reader.cancel().catch(() => {});
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** A short word; anything longer is no code and could be content. `message` is cut by whoever uses it. */
function string(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
