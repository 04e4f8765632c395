import Anthropic from '@anthropic-ai/sdk';

const client = new Anthropic();

/** A handler of AWS Lambda. */
export async function handler(event) {
  const message = await client.messages.create({
    model: 'claude-haiku-4-5',
    max_tokens: 256,
    messages: [{ role: 'user', content: event.question }],
  });
  return { statusCode: 200, body: message.content[0].text };
}
