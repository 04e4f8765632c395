/** The policy that does not send bodies that are too large for the API. */
import { expectFields, expectNumber } from './expect.ts';
import { rejection } from './local-response.ts';
import type { Middleware } from './middleware.ts';
import { createPolicy, type PolicyOptions } from './policy.ts';
import { bodyBytes } from './request-facts.ts';

const MIB = 1024 * 1024;

/** Sizes in bytes: https://platform.claude.com/docs/en/api/errors#request-size-limits. */
export interface SizeLimits {
  /** Of messages and token counting. @default 33554432 (32 MiB) */
  readonly messages?: number;
  /** Of message batches. @default 268435456 (256 MiB) */
  readonly batches?: number;
  /** Of files. @default 524288000 (500 MiB) */
  readonly files?: number;
}

/** Options of `sizeGuard`. */
export interface SizeGuardOptions extends PolicyOptions, SizeLimits {}

/**
 * Rejects a request before it is sent if its body is larger than the API accepts. The SDK throws the same error as for the API's own 413.
 * A body of unknown size, such as a stream, passes.
 *
 * @throws TypeError for a wrong option
 *
 * @example
 * new Anthropic({ middleware: [sizeGuard()] });
 */
export function sizeGuard(options: SizeGuardOptions = {}): Middleware {
  expectFields('sizeGuard', options, ['messages', 'batches', 'files', 'onDecision', 'clock']);
  const { messages = 32 * MIB, batches = 256 * MIB, files = 500 * MIB } = options;
  for (const [name, bytes] of Object.entries({ messages, batches, files })) {
    expectNumber(`sizeGuard.${name}`, bytes, 1);
  }
  return createPolicy('sizeGuard', options, async ({ request, facts, next, decide }) => {
    const limit = limitOf(facts.path, { messages, batches, files });
    // A character has at most three bytes: most bodies need no counting.
    if (limit === undefined || (typeof request.body === 'string' && request.body.length * 3 <= limit)) {
      return next(request);
    }
    const bytes = bodyBytes(request.body);
    if (bytes === undefined || bytes <= limit) return next(request);
    const message = `The request was not sent, because it has ${bytes} bytes and the API accepts at most ${limit}.`;
    decide('too_large', message);
    return rejection({ decision: 'too_large', status: 413, type: 'request_too_large', message });
  });
}

function limitOf(path: string, { messages, batches, files }: Required<SizeLimits>): number | undefined {
  if (path === '/v1/messages' || path === '/v1/messages/count_tokens') return messages;
  if (path === '/v1/messages/batches') return batches;
  return path === '/v1/files' ? files : undefined;
}
