/** The pure parts of the adapters for older SDKs. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bodyFields } from '../../src/adapters/fetch/body-fields.ts';
import { earliestTimeout, isTimeoutDue } from '../../src/adapters/fetch/timeout.ts';
import { SseReader } from '../../src/adapters/response/sse-reader.ts';
import { methodOf } from '../../src/adapters/span/call-span.ts';

describe('fields of a request body', () => {
  const WANTED = { model: 'claude-opus-5-5', max_tokens: 100, stream: true, temperature: 0.5, speed: 'fast' };

  test('are read from JSON text as a parser would, whatever the rest of the body holds', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), fc.boolean(), (value, text, pretty) => {
        const body = {
          messages: [{ role: 'user', content: text }, value],
          ...WANTED,
          metadata: value,
          system: text,
        };
        expect(bodyFields(JSON.stringify(body, null, pretty ? 2 : 0))).toEqual(WANTED);
      }),
    );
  });

  test('of the same name deeper in the body are not taken for them', () => {
    const body = { messages: [{ model: 'inner', content: '{"model":"text"}' }], model: 'outer' };
    expect(bodyFields(JSON.stringify(body))).toEqual({ model: 'outer' });
  });

  test('are none in anything else, and reading ends on every text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(bodyFields(text)).toBeTypeOf('object');
        expect(bodyFields(`{${text}`)).toBeTypeOf('object');
      }),
    );
    expect(bodyFields(undefined)).toEqual({});
    expect(bodyFields('[1]')).toEqual({});
  });
});

describe('server-sent events', () => {
  const EVENTS = [
    ['message_start', '{"message":{"id":"é🙂"}}'],
    ['content_block_delta', ''],
    ['message_delta', '{"a":1}\n{"b":2}'],
  ] as const;

  const LINES = {
    'the name first': [
      ...['event: message_start', 'data: {"message":{"id":"é🙂"}}', ''],
      ...[': a comment', 'event: content_block_delta', 'data: {"delta":"not wanted"}', ''],
      ...['event: message_delta', 'data: {"a":1}', 'data: {"b":2}', ''],
    ],
    'the data first': [
      ...['data:{"message":{"id":"é🙂"}}', 'id: 1', 'event:message_start', '', ''],
      ...['event: content_block_delta', 'data: {"delta":"not wanted"}', ''],
      ...['data: {"a":1}', 'event: message_delta', 'data: {"b":2}', ''],
    ],
  };

  test.each(
    ['\n', '\r\n', '\r'].flatMap((lineBreak) =>
      Object.entries(LINES).map(([order, lines]) => ({ lineBreak, order, lines })),
    ),
  )('are the same wherever the pieces are cut (line break $lineBreak, $order)', ({ lineBreak, lines }) => {
    const bytes = new TextEncoder().encode(lines.map((line) => line + lineBreak).join(''));
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length)), (cuts) => {
        const seen: (readonly [string, string])[] = [];
        const reader = new SseReader(
          (event) => event !== 'content_block_delta',
          (event, data) => seen.push([event, data]),
        );
        const ends = [...cuts, bytes.length].sort((a, b) => a - b);
        let start = 0;
        for (const end of ends) {
          reader.push(bytes.subarray(start, end));
          start = end;
        }
        expect(seen).toEqual(EVENTS);
      }),
    );
  });
});

describe('the method behind a request', () => {
  test.each([
    ['POST', '/v1/messages', 'messages.create', '/v1/messages'],
    ['POST', '/gateway/v1/messages', 'messages.create', '/v1/messages'],
    ['POST', '/v1/messages/count_tokens', 'messages.count_tokens', '/v1/messages/count_tokens'],
    [
      'GET',
      '/v1/messages/batches/b_1',
      'messages.batches.retrieve',
      '/v1/messages/batches/{message_batch_id}',
    ],
    ['GET', '/v1/models/claude', 'models.retrieve', '/v1/models/{model_id}'],
    ['GET', '/v1/files/f_1/content', 'files.download', '/v1/files/{file_id}/content'],
    ['POST', '/v1/something/else', 'other', undefined],
    ['PUT', '/v1/messages', 'other', undefined],
  ])('%s %s is %s', (httpMethod, path, method, route) => {
    expect(methodOf(httpMethod, path)).toEqual(route === undefined ? { method } : { method, route });
  });
});

describe('the time of the SDK timeout', () => {
  test.each([
    ['is the client timeout, stated in whole seconds', '0.60.0', '1', 1500, 1500],
    ['is that of the call, stated in whole seconds', '0.60.0', '2', 600_000, 2000],
    ['is that of the call, stated in milliseconds by 0.39', '0.39.0', '300', 600_000, 300],
    ['is that of the client when nothing is stated', '0.60.0', null, 600_000, 600_000],
    ['is that of the client when nonsense is stated', '0.60.0', 'soon', 600_000, 600_000],
  ])('%s', (_name, version, stated, timeout, earliest) => {
    const headers = new Headers({ 'x-stainless-package-version': version });
    if (stated !== null) headers.set('x-stainless-timeout', stated);
    expect(earliestTimeout(headers, timeout)).toBe(earliest);
  });

  test.each([
    [1000, 600_000, false],
    [598_990, 600_000, false],
    [599_010, 600_000, true],
    [700_000, 600_000, true],
    [220, 300, false],
    [230, 300, true],
    [0, 0, true],
  ])('after %d ms, of a timeout of %d ms, has come: %s', (elapsed, earliest, due) => {
    expect(isTimeoutDue(elapsed, earliest)).toBe(due);
  });
});
