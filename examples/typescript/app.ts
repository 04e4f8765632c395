import Anthropic from '@anthropic-ai/sdk';

const client: Anthropic = new Anthropic();
const message: Anthropic.Message = await client.messages.create({
  model: 'claude-sonnet-5-5',
  max_tokens: 256,
  messages: [{ role: 'user', content: 'Hello' }],
});
for (const block of message.content) if (block.type === 'text') console.log(block.text);
