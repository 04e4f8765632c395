import Anthropic from '@anthropic-ai/sdk';

export const dynamic = 'force-dynamic';

export async function GET() {
  const message = await new Anthropic().messages.create({
    model: 'claude-sonnet-5-5',
    max_tokens: 256,
    messages: [{ role: 'user', content: 'Hello' }],
  });
  return new Response(message.content[0].text);
}
