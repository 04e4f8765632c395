/** The simulated service, which calls the API continuously. `chain.ts` starts it with `anthropic-otel/register`. */
import { setTimeout as sleep } from 'node:timers/promises';
import Anthropic from '@anthropic-ai/sdk';

const client = new Anthropic({ maxRetries: 2, logLevel: 'off' });
const CALLS_AT_ONCE = 4;

// The command ended or was killed.
process.stdin.on('end', () => process.exit()).resume();

async function callAllTheTime(): Promise<never> {
  for (;;) {
    await client.messages
      .create({ model: 'claude-sonnet-5-5', max_tokens: 64, messages: [{ role: 'user', content: 'Hello' }] })
      .catch(() => {});
    await sleep(200);
  }
}

await Promise.all(Array.from({ length: CALLS_AT_ONCE }, callAllTheTime));
