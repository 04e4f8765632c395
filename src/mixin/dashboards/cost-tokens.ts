/** Cost: the tokens. */
import type { SizedPanel } from './panel-options.ts';
import { graph } from './panels.ts';
import { LABEL, perBar, perMinute, rate, share } from './queries.ts';
import { NO_DATA } from './style.ts';

/** Tokens a minute, each token once. */
export function tokenKinds(): SizedPanel {
  const perKind = (
    key: 'inputTokens' | 'cacheReadTokens' | 'cacheWriteTokens' | 'outputTokens' | 'reasoningTokens',
  ) => perBar(key, []);
  const less = (whole: string, ...parts: readonly string[]) =>
    perMinute(`(${[whole, ...parts.map((part) => `(${part} or vector(0))`)].join('\n- ')})`);
  return graph({
    title: 'Tokens a minute, by kind',
    description:
      'Each token once: input without the prompt cache, cache reads, cache writes, output without thinking, thinking.',
    unit: 'short',
    queries: [
      {
        expr: less(perKind('inputTokens'), perKind('cacheReadTokens'), perKind('cacheWriteTokens')),
        legend: 'input',
      },
      { expr: perMinute(perKind('cacheReadTokens')), legend: 'cache read' },
      { expr: perMinute(perKind('cacheWriteTokens')), legend: 'cache write' },
      { expr: less(perKind('outputTokens'), perKind('reasoningTokens')), legend: 'output' },
      { expr: perMinute(perKind('reasoningTokens')), legend: 'thinking' },
    ],
    noValue: NO_DATA.traffic,
    stacked: true,
    colored: ['input', 'cache read', 'cache write', 'output', 'thinking'],
    width: 12,
  });
}

/** How much of the output is thinking. */
export function thinking(): SizedPanel {
  const by = [LABEL.requestModel];
  return graph({
    title: 'Thinking, share of the output tokens, by model',
    description: 'Thinking is billed as output.',
    unit: 'percentunit',
    max: 1,
    queries: [
      {
        expr: share(rate('reasoningTokens', by), rate('outputTokens', by)),
        legend: `{{${LABEL.requestModel}}}`,
      },
    ],
    noValue: 'No thinking',
    width: 12,
  });
}
