/** The methods of the SDK that the application calls. */
import type Anthropic from '@anthropic-ai/sdk';

/** What a request states, whatever the method. */
export interface Body {
  readonly model: string;
  readonly messages: Anthropic.MessageParam[];
  readonly tools?: Anthropic.WebSearchTool20250305[];
}

/** A method, and what it gives to the application. */
export interface Method {
  /**
   * `value`: a value. `stream`: a stream of events. `helper`: the helper that reads one. `list`: pages of items. `binary`: the
   * response. `runner`: the Messages of a tool runner.
   */
  readonly gives: 'value' | 'stream' | 'helper' | 'list' | 'binary' | 'runner';
  /** Whether it makes a Message, and so uses tokens. */
  readonly chat?: true;
  /** Whether no SDK makes a span of it. */
  readonly untraced?: true;
  /** What its call is recorded as, where it names no model. */
  readonly recordedAs?: string;
  readonly call: (client: Anthropic, body: Body, options: Anthropic.RequestOptions) => unknown;
}

const chat = { max_tokens: 100 } as const;
const tool = {
  name: 'look_up',
  input_schema: { type: 'object' as const },
  run: () => 'found',
  parse: (input: unknown) => input,
};

/** A method by a name of its own. */
export type MethodName =
  | 'create'
  | 'create-stream'
  | 'stream'
  | 'beta-create'
  | 'beta-create-stream'
  | 'beta-stream'
  | 'tool-runner'
  | 'count-tokens'
  | 'post'
  | 'post-stream'
  | 'models-list'
  | 'models-retrieve'
  | 'batches-create'
  | 'batches-list'
  | 'batches-cancel'
  | 'files-download'
  | 'files-upload'
  | 'files-delete';

/** Every method. */
export const METHODS: Readonly<Record<MethodName, Method>> = {
  create: {
    gives: 'value',
    chat: true,
    call: ({ messages }, body, options) => messages.create({ ...body, ...chat }, options),
  },
  'create-stream': {
    gives: 'stream',
    chat: true,
    call: ({ messages }, body, options) => messages.create({ ...body, ...chat, stream: true }, options),
  },
  stream: {
    gives: 'helper',
    chat: true,
    call: ({ messages }, body, options) => messages.stream({ ...body, ...chat }, options),
  },
  'beta-create': {
    gives: 'value',
    chat: true,
    call: ({ beta }, body, options) =>
      beta.messages.create({ ...body, ...chat, betas: ['context-1m-2025-08-07'] }, options),
  },
  'beta-create-stream': {
    gives: 'stream',
    chat: true,
    call: ({ beta }, body, options) => beta.messages.create({ ...body, ...chat, stream: true }, options),
  },
  'beta-stream': {
    gives: 'helper',
    chat: true,
    call: ({ beta }, body, options) => beta.messages.stream({ ...body, ...chat }, options),
  },
  'tool-runner': {
    gives: 'runner',
    chat: true,
    call: ({ beta }, body, options) =>
      beta.messages.toolRunner({ ...body, ...chat, tools: [tool], max_iterations: 1 }, options),
  },
  'count-tokens': {
    gives: 'value',
    call: ({ messages }, body, options) => messages.countTokens(body, options),
  },
  post: {
    gives: 'value',
    untraced: true,
    call: (client, body, options) => client.post('/v1/messages', { body: { ...body, ...chat }, ...options }),
  },
  'post-stream': {
    gives: 'stream',
    untraced: true,
    chat: true,
    call: (client, body, options) =>
      client.post('/v1/messages', { body: { ...body, ...chat, stream: true }, stream: true, ...options }),
  },
  'models-list': {
    gives: 'list',
    recordedAs: 'models.list',
    call: ({ models }, _, options) => models.list({}, options),
  },
  'models-retrieve': {
    gives: 'value',
    recordedAs: 'models.retrieve',
    call: ({ models }, { model }, options) => models.retrieve(model, {}, options),
  },
  'batches-create': {
    gives: 'value',
    recordedAs: 'messages.batches.create',
    call: ({ messages }, body, options) =>
      messages.batches.create({ requests: [{ custom_id: 'a', params: { ...body, ...chat } }] }, options),
  },
  'batches-list': {
    gives: 'list',
    recordedAs: 'messages.batches.list',
    call: ({ messages }, _, options) => messages.batches.list({}, options),
  },
  'batches-cancel': {
    gives: 'value',
    recordedAs: 'messages.batches.cancel',
    call: ({ beta }, _, options) => beta.messages.batches.cancel('msgbatch_1', {}, options),
  },
  'files-download': {
    gives: 'binary',
    recordedAs: 'files.download',
    call: ({ beta }, _, options) => beta.files.download('file_1', {}, options),
  },
  'files-upload': {
    gives: 'value',
    recordedAs: 'files.upload',
    call: ({ beta }, _, options) => beta.files.upload({ file: new File(['text'], 'a.txt') }, options),
  },
  'files-delete': {
    gives: 'value',
    recordedAs: 'files.delete',
    call: ({ beta }, _, options) => beta.files.delete('file_1', {}, options),
  },
};

/** Whether `name` gives the events of a Message. */
export function isStream(name: MethodName): boolean {
  const { gives } = METHODS[name];
  return gives === 'stream' || gives === 'helper';
}
