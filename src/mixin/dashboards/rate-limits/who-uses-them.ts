/** Rate limits: who uses them? */
import { graph } from '../lib/graph.ts';
import { runbook } from '../lib/links.ts';
import type { SizedPanel } from '../lib/options.ts';
import { orWord, perMinute, type Queries } from '../lib/queries.ts';
import { LABEL } from '../lib/selectors.ts';
import { NO_DATA } from '../lib/style.ts';

/** Extracts `opus` from `claude-opus-5-5` or `anthropic.claude-3-opus@20240229`. Models of a class share their limits. */
const CLASS = '.*claude-(?:[0-9]+-)*([a-z]+).*';

/** The highest limit of each class of models, summed, because models of a class and processes share it. */
function limitOf(q: Queries, kind: string): string {
  const limit = q.metric('rateLimitLimit', { 'anthropic.rate_limit.type': kind });
  return `sum(max by (class) (label_replace(${limit}, "class", "$1", "${LABEL.requestModel}", "${CLASS}")))`;
}

export function tokens(q: Queries): SizedPanel {
  return graph({
    title: 'Tokens a minute, against the limits',
    description:
      'Cache reads do not count against the limits of most models. A limit counts once for each class of models, such as Opus. Services that are not shown use the same limits.',
    unit: 'short',
    queries: [
      {
        expr: perMinute(`${q.bars('inputTokens', [])}\n- (${q.bars('cacheReadTokens', [])} or vector(0))`),
        legend: 'input without cache reads',
      },
      { expr: perMinute(q.bars('outputTokens', [])), legend: 'output' },
      { expr: limitOf(q, 'input_tokens'), legend: 'limit: input' },
      { expr: limitOf(q, 'output_tokens'), legend: 'limit: output' },
    ],
    noValue: NO_DATA.traffic,
    colored: ['input without cache reads', 'output', 'limit: input', 'limit: output'],
    dashed: '/^limit/',
    links: [runbook(q.config, 'AnthropicRateLimitPressure')],
    width: 24,
  });
}

export function byService(q: Queries): SizedPanel {
  return graph({
    title: 'Attempts a minute, by service',
    description:
      'Every attempt, including retries, counts against the request limit. Shows the ten services with the most.',
    unit: 'short',
    queries: [
      { expr: q.named(`topk(10, ${perMinute(q.bars('attempts', q.service))})`), legend: '{{service}}' },
    ],
    noValue: NO_DATA.traffic,
    links: [runbook(q.config, 'AnthropicRateLimitPressure')],
    width: 12,
  });
}

export function byModel(q: Queries): SizedPanel {
  return graph({
    title: 'Attempts a minute, by model',
    description: 'Every attempt, including retries, counts against the request limit.',
    unit: 'short',
    queries: [
      {
        expr: orWord(perMinute(q.bars('attempts', [LABEL.requestModel])), LABEL.requestModel, 'no model'),
        legend: `{{${LABEL.requestModel}}}`,
      },
    ],
    noValue: NO_DATA.traffic,
    links: [runbook(q.config, 'AnthropicRateLimitPressure')],
    width: 12,
  });
}
