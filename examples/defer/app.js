import Anthropic from '@anthropic-ai/sdk';
import { defer } from 'anthropic-otel/resilience';
import { sqliteStore } from './sqlite-store.js';

const queue = defer(sqliteStore(process.env.DEFER_FILE ?? ':memory:'), {
  client: new Anthropic(),
  pollMs: 1_000,
  onResult: (id, message) => console.log(id, message.stop_reason),
});
for (const [index, content] of ['Why is the sky blue?', 'Why is grass green?'].entries()) {
  const messages = [{ role: 'user', content }];
  await queue.enqueue(`question-${index}`, { model: 'claude-haiku-4-5', max_tokens: 256, messages });
}
await queue.work({ stopWhenEmpty: true });
