/** Cost: which tokens, server tools and batches? */
import { BATCH_RESULTS } from '../../../model/batch.ts';
import { graph } from '../lib/graph.ts';
import { runbook } from '../lib/links.ts';
import type { SizedPanel } from '../lib/options.ts';
import { perMinute, type Queries, share } from '../lib/queries.ts';
import { LABEL } from '../lib/selectors.ts';
import { NO_DATA } from '../lib/style.ts';

/** Tokens per minute. Each token counts once. */
export function kinds(q: Queries): SizedPanel {
  const less = (whole: string, ...parts: readonly string[]) =>
    perMinute([whole, ...parts.map((part) => `(${part} or vector(0))`)].join('\n- '));
  const input = q.bars('inputTokens', []);
  const read = q.bars('cacheReadTokens', []);
  const written = q.bars('cacheWriteTokens', []);
  const thought = q.bars('reasoningTokens', []);
  return graph({
    title: 'Tokens a minute, by kind',
    description:
      'Each token once: input without the prompt cache, cache reads, cache writes, output without thinking, thinking.',
    unit: 'short',
    queries: [
      { expr: less(input, read, written), legend: 'input' },
      { expr: perMinute(read), legend: 'cache read' },
      { expr: perMinute(written), legend: 'cache write' },
      { expr: less(q.bars('outputTokens', []), thought), legend: 'output' },
      { expr: perMinute(thought), legend: 'thinking' },
    ],
    noValue: NO_DATA.traffic,
    stacked: true,
    colored: ['input', 'cache read', 'cache write', 'output', 'thinking'],
    links: [runbook(q.config, 'AnthropicSpendHigh')],
    width: 12,
  });
}

/** The share of thinking in the output. */
export function thinking(q: Queries): SizedPanel {
  const by = [LABEL.requestModel];
  return graph({
    title: 'Thinking, share of the output, by model',
    description: 'Thinking is billed as output.',
    unit: 'percentunit',
    max: 1,
    queries: [
      {
        expr: share(q.bars('reasoningTokens', by), q.bars('outputTokens', by)),
        legend: `{{${LABEL.requestModel}}}`,
      },
    ],
    noValue: 'No thinking',
    links: [runbook(q.config, 'AnthropicSpendHigh')],
    width: 12,
  });
}

export function serverTools(q: Queries): SizedPanel {
  const by = [LABEL.serverTool];
  return graph({
    title: 'Billed uses of server tools',
    description: 'For example web searches, which are billed separately from tokens.',
    unit: 'locale',
    queries: [
      {
        ...q.counted('serverToolUses', by),
        legend: `{{${LABEL.serverTool}}}`,
      },
    ],
    noValue: 'None',
    style: 'bars',
    colored: ['web_search', 'web_fetch', 'code_execution'],
    links: [runbook(q.config, 'AnthropicSpendHigh')],
    width: 12,
  });
}

export function batches(q: Queries): SizedPanel {
  const by = [LABEL.batchResult];
  return graph({
    title: 'Requests of Message Batches, by result',
    description:
      'Counted when the application reads the results. Succeeded requests cost half the price; errored, canceled and expired ones cost nothing.',
    unit: 'locale',
    queries: [
      {
        ...q.counted('batchRequests', by),
        legend: `{{${LABEL.batchResult}}}`,
      },
    ],
    noValue: 'None',
    style: 'bars',
    colored: BATCH_RESULTS,
    links: [runbook(q.config, 'AnthropicSpendHigh')],
    width: 12,
  });
}
