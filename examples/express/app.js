import Anthropic from '@anthropic-ai/sdk';
import express from 'express';

const client = new Anthropic();
const app = express();

app.get('/ask', async (request, response) => {
  const message = await client.messages.create({
    model: 'claude-sonnet-5-5',
    max_tokens: 256,
    messages: [{ role: 'user', content: String(request.query.question) }],
  });
  response.send(message.content[0].text);
});

app.listen(Number(process.env.PORT ?? 8080));
