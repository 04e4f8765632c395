import { ChatAnthropic } from '@langchain/anthropic';

const model = new ChatAnthropic({
  model: 'claude-sonnet-5-5',
  anthropicApiUrl: process.env.ANTHROPIC_BASE_URL,
  maxTokens: 256,
});
const message = await model.invoke('Hello');
console.log(message.text);
