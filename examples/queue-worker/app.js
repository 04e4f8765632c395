import Anthropic from '@anthropic-ai/sdk';

const client = new Anthropic({ maxRetries: 3 });
const queue = Array.from({ length: 12 }, (_, index) => ({ id: index + 1, text: `Document ${index + 1}` }));

/** Takes jobs until there are none. A job that fails goes on with the next one. */
async function work() {
  for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
    try {
      const message = await client.messages.create({
        model: 'claude-haiku-4-5',
        max_tokens: 64,
        messages: [{ role: 'user', content: `Summarize: ${job.text}` }],
      });
      console.log(job.id, message.stop_reason);
    } catch (error) {
      console.log(job.id, 'failed:', error.message);
    }
  }
}

await Promise.all([work(), work(), work()]);
