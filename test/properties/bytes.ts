/** The bytes of a reply, as they go over the wire. */
import { gzipSync } from 'node:zlib';
import type { Reply } from './plan.ts';

/** What is written, in pieces. `hold` is the piece before which the server waits. */
export interface Written {
  readonly head: Buffer;
  readonly pieces: readonly Buffer[];
  readonly hold: number;
}

/** The bytes of `reply`. */
export function bytesOf(reply: Reply): Written {
  const segments = segmentsOf(reply);
  const size = segments.reduce((total, { length }) => total + length, 0);
  const lines = [
    `HTTP/1.1 ${reply.status} Said`,
    'connection: close',
    ...framingOf(reply, size),
    ...reply.headers.map(([name, value]) => `${name}: ${value}`),
  ];
  const framed = isChunked(reply) ? segments.map(chunk) : segments;
  if (reply.framing === 'chunked') framed.push(Buffer.from('0\r\n\r\n'));
  if (reply.framing === 'bad-chunk') framed.push(Buffer.from('this is no size\r\n\r\n'));
  const { pieces, hold } = cutUp(framed, reply.cuts, reply.hold?.segment ?? -1);
  return { head: Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), pieces, hold };
}

function segmentsOf({ body, framing }: Reply): Buffer[] {
  const segments = body.map((text) => Buffer.from(text));
  if (framing === 'gzip') return [gzipSync(Buffer.concat(segments))];
  return segments;
}

function framingOf({ framing }: Reply, size: number): string[] {
  switch (framing) {
    case 'length':
      return [`content-length: ${size}`];
    case 'long':
      return [`content-length: ${size + 10}`];
    case 'short':
      return [`content-length: ${Math.floor(size / 2)}`];
    case 'gzip':
    case 'bad-gzip':
      return [`content-length: ${size}`, 'content-encoding: gzip'];
    case 'bad-br':
      return [`content-length: ${size}`, 'content-encoding: br'];
    case 'close':
      return [];
    default:
      return ['transfer-encoding: chunked'];
  }
}

function isChunked({ framing }: Reply): boolean {
  return framing === 'chunked' || framing === 'cut-chunk' || framing === 'bad-chunk';
}

function chunk(bytes: Buffer): Buffer {
  if (bytes.length === 0) return bytes;
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}

/** `segments` as one run of bytes that is cut at `cuts`, and before segment `holdAt`. */
function cutUp(
  segments: readonly Buffer[],
  cuts: readonly number[],
  holdAt: number,
): { pieces: Buffer[]; hold: number } {
  const bytes = Buffer.concat(segments);
  const holdByte = Buffer.concat(segments.slice(0, Math.max(holdAt, 0))).length;
  const ends = new Set(cuts.map((cut) => cut % (bytes.length + 1)));
  if (holdAt >= 0) ends.add(holdByte);
  const pieces: Buffer[] = [];
  let from = 0;
  let hold = -1;
  for (const end of [...ends, bytes.length].sort((a, b) => a - b)) {
    if (end > from) pieces.push(bytes.subarray(from, end));
    from = end;
    if (holdAt >= 0 && end === holdByte) hold = pieces.length;
  }
  return { pieces, hold };
}
