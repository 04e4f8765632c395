/** The ways in which an application reads a response that it was given itself. */
import type { CallPlan } from './plan.ts';
import { seen } from './seen.ts';

/**
 * Reads `response` in the way of `read`, and notes in `got` what it gets. `stop` is called where the application leaves the body, and
 * throws where the application does so with an error.
 */
export async function readResponse(
  response: Response,
  read: CallPlan['read'],
  got: unknown[],
  stop: (how: 'left' | 'threw') => void,
): Promise<void> {
  const { body } = response;
  if (body === null) return stop('left');
  switch (read) {
    case 'unread':
      return stop('left');
    case 'break':
      stop('left');
      return body.cancel();
    case 'throw':
      for await (const _ of body) stop('threw');
      return;
    case 'clone':
      got.push(...(await Promise.all([response.clone().text(), response.text()])));
      return;
    case 'tee':
      got.push(...(await Promise.all(body.tee().map(textOf))));
      return;
    case 'readable':
      got.push(await textOf(body.pipeThrough(new TransformStream())));
      return;
    case 'twice':
      got.push(await response.text());
      got.push(await response.text().catch((error: unknown) => ({ thrown: seen(error) })));
      return;
    case 'json':
      got.push(seen(await response.json()));
      return;
    case 'bytes':
      got.push((await response.arrayBuffer()).byteLength);
      return;
    case 'blob':
      got.push((await response.blob()).size);
      return;
    case 'byob':
      // What middleware pipes is no stream of bytes.
      return readBytes(body).then(
        (size) => void got.push(size),
        () => stop('left'),
      );
    case 'reader':
      got.push(await readPieces(body));
      return;
    case 'pipe':
      return body.pipeTo(new WritableStream());
    case 'release':
      body.getReader().releaseLock();
      got.push(await response.text());
      return;
    default:
      got.push(await response.text());
  }
}

function textOf(body: ReadableStream): Promise<string> {
  return new Response(body).text();
}

async function readPieces(body: ReadableStream<Uint8Array>): Promise<number> {
  const reader = body.getReader();
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return size;
    size += value.byteLength;
  }
}

/** Reads `body` into buffers of the application's own. */
async function readBytes(body: ReadableStream): Promise<number> {
  const reader = body.getReader({ mode: 'byob' });
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read(new Uint8Array(1024));
    if (done) return size;
    size += value.byteLength;
  }
}
