/** The binary frames of Bedrock's streams: lengths, headers, payload, and two checksums. */
import { crc32 } from 'node:zlib';
import type { StreamEvent } from './sse.ts';

/** The content type of a stream of frames. */
export const EVENT_STREAM_TYPE = 'application/vnd.amazon.eventstream';

/** Bytes before the headers: the total length, the length of the headers, and the checksum of both. */
const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;
/** The type of a header whose value is a string. */
const STRING = 7;

/** The frame of one event of a message. */
export function eventFrame(event: StreamEvent): Buffer {
  const bytes = Buffer.from(JSON.stringify(event)).toString('base64');
  return frameOf({ ':event-type': 'chunk', ':message-type': 'event' }, { bytes });
}

/** The frame of an exception, which ends a stream. */
export function exceptionFrame(type: string, message: string): Buffer {
  return frameOf({ ':exception-type': type, ':message-type': 'exception' }, { message });
}

function frameOf(named: Readonly<Record<string, string>>, payload: object): Buffer {
  const headers = Buffer.concat(
    Object.entries({ ...named, ':content-type': 'application/json' }).map(([name, value]) =>
      header(name, value),
    ),
  );
  const body = Buffer.from(JSON.stringify(payload));
  const prelude = Buffer.alloc(PRELUDE_BYTES);
  prelude.writeUInt32BE(PRELUDE_BYTES + headers.length + body.length + CHECKSUM_BYTES, 0);
  prelude.writeUInt32BE(headers.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const message = Buffer.concat([prelude, headers, body]);
  const checksum = Buffer.alloc(CHECKSUM_BYTES);
  checksum.writeUInt32BE(crc32(message));
  return Buffer.concat([message, checksum]);
}

function header(name: string, value: string): Buffer {
  const head = Buffer.from([name.length, ...Buffer.from(name), STRING, 0, 0]);
  head.writeUInt16BE(Buffer.byteLength(value), head.length - 2);
  return Buffer.concat([head, Buffer.from(value)]);
}
