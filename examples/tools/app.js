import Anthropic from '@anthropic-ai/sdk';

const client = new Anthropic();
const tools = [
  {
    name: 'get_weather',
    description: 'The weather in a city.',
    input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
];
const messages = [{ role: 'user', content: 'What is the weather in Paris?' }];
const request = { model: 'claude-sonnet-5-5', max_tokens: 256, tools, messages };

// The model asks for the tool first, and responds with what it returned then.
let message = await client.messages.create({
  ...request,
  tool_choice: { type: 'tool', name: 'get_weather' },
});
while (message.stop_reason === 'tool_use') {
  const results = message.content
    .filter((block) => block.type === 'tool_use')
    .map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: '18 degrees, light rain' }));
  messages.push({ role: 'assistant', content: message.content }, { role: 'user', content: results });
  message = await client.messages.create(request);
}
console.log(message.content.at(-1).text);
