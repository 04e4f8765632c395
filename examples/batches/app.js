import { setTimeout as sleep } from 'node:timers/promises';
import Anthropic from '@anthropic-ai/sdk';

const client = new Anthropic();
const questions = ['Why is the sky blue?', 'Why is grass green?'];
let batch = await client.messages.batches.create({
  requests: questions.map((content, index) => ({
    custom_id: `question-${index}`,
    params: { model: 'claude-haiku-4-5', max_tokens: 256, messages: [{ role: 'user', content }] },
  })),
});
while (batch.processing_status !== 'ended') {
  await sleep(100);
  batch = await client.messages.batches.retrieve(batch.id);
}
for await (const { custom_id: id, result } of await client.messages.batches.results(batch.id)) {
  console.log(id, result.type);
}
