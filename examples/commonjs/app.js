const Anthropic = require('@anthropic-ai/sdk');

async function main() {
  const client = new Anthropic();
  const message = await client.messages.create({
    model: 'claude-haiku-4-5',
    max_tokens: 256,
    messages: [{ role: 'user', content: 'Hello' }],
  });
  console.log(message.content[0].text);
}

main();
