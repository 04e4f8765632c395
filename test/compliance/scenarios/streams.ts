/** Streams, by both of the SDK's ways to make them, and all the ways to end them. */
import type { RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages';
import { type PlannedResponse, respond } from '../../../src/testing/index.ts';
import { all, outcome, type Scenario, scenarios, type World } from '../support/world.ts';

type EventStream = AsyncIterable<RawMessageStreamEvent> & { controller: AbortController };

const open = ({
  client,
  hello,
}: World): PromiseLike<EventStream> & { withResponse(): Promise<{ data: unknown }> } =>
  client().messages.create({ ...hello, stream: true });

const read = async (world: World): Promise<unknown> => all(await open(world));

/** Reads until an event arrived, and leaves what was read in `seen` when reading fails. */
const readAndTell = async (world: World): Promise<unknown> => {
  const seen: string[] = [];
  const reading = async (): Promise<void> => {
    for await (const event of await open(world)) seen.push(event.type);
  };
  return { end: await outcome(reading()), seen };
};

const helper = async ({ client, hello }: World): Promise<unknown> => {
  const events: string[] = [];
  const stream = client().messages.stream(hello);
  for (const name of ['connect', 'text', 'message', 'finalMessage', 'error', 'abort', 'end'] as const) {
    stream.on(name, () => events.push(name));
  }
  return {
    final: await outcome(stream.finalMessage()),
    events,
    aborted: stream.aborted,
    ended: stream.ended,
  };
};

const TROUBLE: Readonly<Record<string, (planted: World['planted']) => readonly PlannedResponse[]>> = {
  'that is good': (planted) => [respond.ok({ text: planted('response') })],
  'after a retry': () => [respond.error(529)],
  'that is rejected': (planted) => [respond.error(400, { message: planted('error') })],
  'with an error event': (planted) => [
    respond.sseError('overloaded_error', 4, { message: planted('error') }),
  ],
  'that is cut': () => [respond.cutStream()],
  'whose socket is reset': () => [respond.resetStream()],
  'with an event that is no JSON': () => [respond.malformedJson()],
  'that responds with a page': () => [respond.wrongContentType()],
  'in pieces of one byte': (planted) => [respond.ok({ text: planted('ünïcödé'), chunkBytes: 1 })],
  'of one event': () => [respond.cutStream(1)],
  'of no event': () => [respond.cutStream(0)],
};

const every = (what: string, use: Scenario['use']): Scenario[] =>
  Object.entries(TROUBLE).map(([name, plan]) => ({ name: `${what} ${name}`, plan, use }));

export const STREAMS: readonly Scenario[] = [
  ...every('a stream', readAndTell),
  ...every('the stream helper', helper),
  ...scenarios({
    'a stream left by break, whose socket closes': {
      plan: () => [respond.hangBody(3)],
      use: async (world) => {
        for await (const event of await open(world)) return event;
        return undefined;
      },
    },
    'a stream left by an exception': {
      plan: () => [respond.hangBody(3)],
      use: async (world) => {
        for await (const event of await open(world)) throw new Error(`stop at ${event.type}`);
      },
    },
    'a stream that is aborted by its controller': {
      plan: () => [respond.hangBody(3)],
      use: async (world) => {
        const stream = await open(world);
        const seen: string[] = [];
        for await (const event of stream) {
          seen.push(event.type);
          if (seen.length === 2) stream.controller.abort();
        }
        return seen;
      },
    },
    'a stream that is aborted by a signal': {
      plan: () => [respond.hangBody(3)],
      use: async ({ client, hello }) => {
        const controller = new AbortController();
        const { signal } = controller;
        const seen: string[] = [];
        for await (const event of await client().messages.create({ ...hello, stream: true }, { signal })) {
          seen.push(event.type);
          setTimeout(() => controller.abort(), 50);
        }
        return seen;
      },
    },
    'the stream helper that is aborted': {
      plan: () => [respond.hangBody(3)],
      use: async ({ client, hello }) => {
        const stream = client().messages.stream(hello);
        stream.on('streamEvent', () => stream.abort());
        return {
          done: await outcome(stream.done()),
          aborted: stream.aborted,
          message: stream.currentMessage,
        };
      },
    },
    'the stream helper left by break': {
      plan: () => [respond.hangBody(3)],
      use: async ({ client, hello }) => {
        for await (const event of client().messages.stream(hello)) return event;
        return undefined;
      },
    },
    'the stream helper whose failure is not handled': {
      plan: () => [respond.sseError()],
      use: async ({ client, hello, server }) => {
        client().messages.stream(hello);
        await server.waitForRequests(1);
        await server.idle();
        await new Promise((resolve) => setTimeout(resolve, 20));
      },
    },
    'a stream that is never read': {
      plan: () => [respond.ok()],
      use: async (world) => void (await open(world)),
    },
    'a stream of two readers, by tee': async ({ client, hello }) => {
      const [left, right] = (await client().messages.create({ ...hello, stream: true })).tee();
      return Promise.all([all(left), all(right)]);
    },
    'a stream as a readable stream': async ({ client, hello }) => {
      const stream = await client().messages.create({ ...hello, stream: true });
      return new Response(stream.toReadableStream()).text();
    },
    'a stream with its response': async (world) => {
      const { data, ...rest } = await open(world).withResponse();
      return { rest, events: await all(data as EventStream) };
    },
    'a stream as a response, read by hand': async ({ client, hello }) => {
      const response = await client()
        .messages.create({ ...hello, stream: true })
        .asResponse();
      return { response, text: await response.text() };
    },
    'a stream as a response, canceled after a piece': {
      plan: () => [respond.hangBody(3)],
      use: async ({ client, hello }) => {
        const response = await client()
          .messages.create({ ...hello, stream: true })
          .asResponse();
        const reader = response.body?.getReader();
        const first = await reader?.read();
        await reader?.cancel();
        return first?.done;
      },
    },
    'ten streams at once': async (world) => Promise.all(Array.from({ length: 10 }, () => read(world))),
    'a stream that is read slowly': async (world) => {
      const seen: string[] = [];
      for await (const event of await open(world)) {
        seen.push(event.type);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      return seen;
    },
  }),
];
