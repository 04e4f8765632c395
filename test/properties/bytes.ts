/** The bytes of a reply, as they go over the wire. */
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { keepsOpen, type Reply } from './plan.ts';

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
    `connection: ${keepsOpen(reply) ? 'keep-alive' : 'close'}`,
    ...framingOf(reply, size),
    ...reply.headers.map(([name, value]) => `${name}: ${value}`),
  ];
  const framed = isChunked(reply) ? segments.map(chunk) : segments;
  const end = ENDS[reply.framing];
  if (end !== undefined) framed.push(Buffer.from(end));
  const { pieces, hold } = cutUp(framed, reply.cuts, reply.hold?.segment ?? -1);
  const before = reply.head === 'hints' ? HINTS : '';
  return { head: Buffer.from(`${before}${lines.join('\r\n')}\r\n\r\n`, 'latin1'), pieces, hold };
}

const HINTS = 'HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\nrequest-id: no\r\n\r\n';

/** What follows the last chunk. */
const ENDS: Partial<Record<Reply['framing'], string>> = {
  chunked: '0\r\n\r\n',
  flushed: '0\r\n\r\n',
  trailers: '0\r\nrequest-id: late\r\nx-checksum: 1\r\n\r\n',
  'bad-chunk': 'this is no size\r\n\r\n',
};

function segmentsOf({ body, framing }: Reply): Buffer[] {
  const segments = body.map((text) => Buffer.from(text));
  if (framing === 'gzip') return [gzipSync(Buffer.concat(segments))];
  if (framing === 'br') return [brotliCompressSync(Buffer.concat(segments))];
  if (framing === 'deflate') return [deflateSync(Buffer.concat(segments))];
  if (framing === 'zstd') return [zstdCompressSync(Buffer.concat(segments))];
  // A gzip may have several members.
  return framing === 'flushed' ? segments.map((segment) => gzipSync(segment)) : segments;
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
    case 'br':
    case 'bad-br':
      return [`content-length: ${size}`, 'content-encoding: br'];
    case 'deflate':
    case 'zstd':
      return [`content-length: ${size}`, `content-encoding: ${framing}`];
    case 'close':
      return [];
    case 'flushed':
      return ['transfer-encoding: chunked', 'content-encoding: gzip'];
    default:
      return ['transfer-encoding: chunked'];
  }
}

function isChunked({ framing }: Reply): boolean {
  return framing in ENDS || framing === 'cut-chunk';
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
