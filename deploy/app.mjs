/**
 * An ordinary small application: a service that passes questions to Claude. It knows nothing of
 * telemetry; it is started with `node --import anthropic-otel/register app.mjs`.
 */
import { createServer } from 'node:http';
import Anthropic from '@anthropic-ai/sdk';

const client = new Anthropic();
const model = process.env.MODEL ?? 'claude-sonnet-5-5';

async function ask(question, stream) {
  const request = { model, max_tokens: 256, messages: [{ role: 'user', content: question }] };
  if (!stream) return client.messages.create(request);
  return client.messages.stream(request).finalMessage();
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url ?? '/', 'http://localhost');
  try {
    const message = await ask(url.searchParams.get('question') ?? 'Hello?', url.searchParams.has('stream'));
    response.end(JSON.stringify({ text: message.content[0]?.text ?? '' }));
  } catch (error) {
    response.statusCode = 502;
    response.end(JSON.stringify({ error: error.name }));
  }
});

server.listen(Number(process.env.PORT ?? 8080), process.env.HOST ?? '127.0.0.1');
