/** Ends a call according to how its successful response is read. The counterpart of the SDK's own `endApiCallSpan...` functions. */
import { type Span, SpanStatusCode } from '@opentelemetry/api';
import type { MessageFacts } from '../../model/message.ts';
import type { SpannedCall } from '../../ports/call-span.ts';
import type { Guard } from '../../ports/guard.ts';
import { ATTR } from '../../signals/names.ts';
import { isAbortError } from '../middleware/errors.ts';
import { parseJson } from '../parse-json.ts';
import { endInError, type OpenCall, setMessageFacts } from '../span/call-span.ts';
import { MessageStream, messageFacts } from './message.ts';
import type { BodyObserver } from './observe-response.ts';

/** The SDK's `error.type` for a client-side failure after a successful response, such as an incomplete body. */
export const CLIENT_ERROR = 'client_error';

/** Follows the reading of a response, and ends its call when the reading ends, exactly once. */
export class ResponseReading implements BodyObserver {
  readonly #guard: Guard;
  readonly #call: SpannedCall;
  readonly #span: Span;
  readonly #stream: MessageStream | undefined;
  readonly #message: boolean;

  constructor(guard: Guard, { call, span }: OpenCall) {
    this.#guard = guard;
    this.#call = call;
    this.#span = span;
    this.#message = call.start.operation === 'chat';
    if (this.#message && call.stream) {
      this.#stream = new MessageStream(() =>
        span.setAttribute(ATTR.timeToFirstChunk, (performance.now() - call.startedAt) / 1000),
      );
    }
  }

  piece(bytes: Uint8Array | string): void {
    if (!this.#stream) return;
    this.#step(() => {
      this.#stream?.push(bytes);
      // The SDK throws the event's error as soon as it reads the event.
      if (this.#stream?.errorType !== undefined) this.#fail(this.#stream.errorType || CLIENT_ERROR);
    });
  }

  json(value: unknown): void {
    this.#step(() => {
      if (this.#message) this.#know(messageFacts(value));
    });
  }

  text(value: string): void {
    if (this.#stream) this.piece(value);
    else if (this.#message) this.json(parseJson(value));
  }

  bytes(value: Uint8Array): void {
    if (this.#message) this.text(new TextDecoder().decode(value));
  }

  completed(): void {
    this.#step(() => {
      // The application sees such a stream end without an error.
      if (this.#stream && !this.#stream.stopped) this.#fail('api_error');
      else if (this.#stream?.endsBroken) this.#fail(CLIENT_ERROR);
      else this.#succeed();
    });
  }

  failed(error: unknown): void {
    this.#step(() => {
      if (isAbortError(error)) this.#close();
      else this.#fail(CLIENT_ERROR);
    });
  }

  closed(): void {
    this.#step(() => {
      // An event that is not JSON makes the SDK throw and close the stream. In all other cases the reader closed it on purpose.
      if (this.#stream?.broken) this.#fail(CLIENT_ERROR);
      // The stream was complete, because it was closed after its last event.
      else if (this.#stream?.stopped) this.#succeed();
      else this.#close();
    });
  }

  #succeed(): void {
    this.#know(this.#stream?.facts());
    this.#span.setStatus({ code: SpanStatusCode.OK });
    this.#span.end();
  }

  #close(): void {
    this.#know(this.#stream?.facts());
    this.#span.end();
  }

  #fail(errorType: string): void {
    this.#know(this.#stream?.facts());
    endInError(this.#span, errorType);
  }

  #know(facts: MessageFacts | undefined): void {
    if (!facts) return;
    setMessageFacts(this.#span, facts);
    const { attempt } = this.#call;
    // A response that the application's middleware made is not what the API sent.
    if (attempt?.response && !attempt.observed) attempt.message = facts;
  }

  #step(step: () => void): void {
    if (!this.#call.ended) this.#guard.run('call', step);
  }
}
