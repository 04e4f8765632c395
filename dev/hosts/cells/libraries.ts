/** Libraries that bring the SDK. */
import { type Cell, cell, REGISTER, REQUIRE } from '../cell.ts';
import { SERVER_CJS, SERVER_ESM } from '../texts.ts';

const page = `const page = () => ({ pid: process.pid });`;

const LANGCHAIN = `${page}
const options = { anthropicApiUrl: process.env.ANTHROPIC_BASE_URL, apiKey: 'test-key', maxTokens: 100 };
async function work() {
  const model = new ChatAnthropic({ ...options, model: 'claude-sonnet-5-5' });
  await model.invoke('Hello');
  await model.invoke('Hello');
  await new ChatAnthropic({ ...options, model: 'claude-haiku-5-5' }).invoke('Hello');
  for await (const _ of await model.stream('Hello'));
  return page();
}
`;
/** It repeats a failed call itself: another call, not another attempt. */
const RETRIED_BY_CALLER = { calls: { ok: 4, error: 1 }, attempts: { 'ok 200': 4, 'final 529': 1 } };

const LLAMAINDEX = `${page}
async function work() {
  const session = new AnthropicSession({ baseURL: process.env.ANTHROPIC_BASE_URL, apiKey: 'test-key' });
  const make = (model) => new Anthropic({ session, apiKey: 'test-key', model, maxTokens: 100 });
  const messages = [{ role: 'user', content: 'Hello' }];
  const model = make('claude-sonnet-4-5');
  await model.chat({ messages });
  await model.chat({ messages });
  await make('claude-haiku-5-5').chat({ messages });
  for await (const _ of await model.chat({ messages, stream: true }));
  return page();
}
`;

const cells = (name: string, imports: string, from: string, text: string, more: Partial<Cell>): Cell[] => [
  cell(`${name} esm`, `node ${REGISTER} app.mjs`, {
    sdk: '',
    ...more,
    files: {
      'app.mjs': SERVER_ESM,
      'work.mjs': `import { ${imports} } from '${from}';\n${text}export { work, page };\n`,
    },
  }),
  cell(`${name} cjs`, `node ${REQUIRE} app.cjs`, {
    sdk: '',
    ...more,
    files: {
      'app.cjs': SERVER_CJS,
      'work.cjs': `const { ${imports} } = require('${from}');\n${text}module.exports = { work, page };\n`,
    },
  }),
];

export const LIBRARY_CELLS: readonly Cell[] = [
  ...cells('langchain', 'ChatAnthropic', '@langchain/anthropic', LANGCHAIN, {
    packages: ['@langchain/anthropic@latest', '@langchain/core@latest'],
    expected: RETRIED_BY_CALLER,
  }),
  ...cells('llamaindex', 'Anthropic, AnthropicSession', '@llamaindex/anthropic', LLAMAINDEX, {
    packages: ['@llamaindex/anthropic@latest', '@llamaindex/core@latest', '@llamaindex/env@latest'],
  }),
];
