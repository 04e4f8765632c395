import Anthropic from '@anthropic-ai/sdk';
import { defer } from 'anthropic-otel/resilience';
import { bullmqStore } from './bullmq-store.js';

const store = bullmqStore(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');
const queue = defer(store, {
  client: new Anthropic(),
  pollMs: 1_000,
  onResult: (id, message) => console.log(id, message.stop_reason),
});
for (const [index, content] of ['Why is the sky blue?', 'Why is grass green?'].entries()) {
  const messages = [{ role: 'user', content }];
  await queue.enqueue(`question-${index}`, { model: 'claude-haiku-4-5', max_tokens: 256, messages });
}
await queue.work({ stopWhenEmpty: true });
await store.close();
