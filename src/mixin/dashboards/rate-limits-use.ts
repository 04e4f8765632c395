/** Rate limits: whether we run into them, and who uses them. */
import { DEFAULT_CONFIG, seconds } from '../alerts/config.ts';
import type { SizedPanel } from './panel-options.ts';
import { graph, stat } from './panels.ts';
import { LABEL, metric, named, orZero, perBar, perMinute, total } from './queries.ts';
import { ONLY } from './signals.ts';
import { above, line, NEUTRAL, NO_DATA, runbook } from './style.ts';

const { exhaustionForecast } = DEFAULT_CONFIG;
const LIMIT = [LABEL.rateLimit, LABEL.requestModel];
const NAME = `{{${LABEL.rateLimit}}} {{${LABEL.requestModel}}}`;

export function counts(): SizedPanel[] {
  const count = (title: string, description: string, expr: string, alert: string) =>
    stat({
      title,
      description,
      unit: 'locale',
      queries: [{ expr: orZero(expr), legend: title, instant: true }],
      noValue: NO_DATA.telemetry,
      thresholds: above(1, 'orange'),
      links: [runbook(alert)],
      width: 6,
    });
  return [
    count(
      'Answers 429',
      'Attempts that a rate limit refused, in the time range.',
      total('attempts', [], ONLY.rateLimited),
      'AnthropicRateLimitPressure',
    ),
    count(
      'Falls below 10 %',
      'Times that what is left of a limit fell below 10 %. Counted where it happens: a gauge misses what ends before the next scrape.',
      total('rateLimitLow', []),
      'AnthropicRateLimitPressure',
    ),
    count(
      'Calls that a limit ended',
      'Calls that ran out of retries on 429.',
      total('retriesExhausted', [], ONLY.rateLimited),
      'AnthropicRetriesExhausted',
    ),
    stat({
      title: 'Limits in sight',
      description: 'How many limits the API has stated, by kind and model.',
      unit: 'locale',
      queries: [
        {
          expr: orZero(`count(count by (${LIMIT.join(', ')}) (${metric('rateLimitLimit')}))`),
          legend: 'limits',
          instant: true,
        },
      ],
      noValue: NO_DATA.telemetry,
      thresholds: NEUTRAL,
      width: 6,
    }),
  ];
}

export function refused(): SizedPanel {
  return graph({
    title: 'Answers 429, by model',
    description: 'A wall within a minute is a loop without backoff or a batch job; a steady share is growth.',
    unit: 'locale',
    queries: [
      {
        expr: named(
          perBar('attempts', [LABEL.requestModel], ONLY.rateLimited),
          LABEL.requestModel,
          'no model',
        ),
        legend: `{{${LABEL.requestModel}}}`,
      },
    ],
    noValue: NO_DATA.zero,
    style: 'bars',
    links: [runbook('AnthropicRateLimitPressure'), runbook('AnthropicRateLimitPressure')],
    width: 7,
  });
}

export function crossings(): SizedPanel {
  return graph({
    title: 'Falls below 10 %, by limit',
    description: 'Each fall counts once, in the process that saw it.',
    unit: 'locale',
    queries: [{ expr: `${perBar('rateLimitLow', LIMIT)} > 0`, legend: NAME }],
    noValue: NO_DATA.zero,
    style: 'bars',
    links: [runbook('AnthropicRateLimitPressure')],
    width: 7,
  });
}

export function forecast(): SizedPanel {
  const { window, horizon, below: share } = exhaustionForecast;
  const remaining = metric('rateLimitRemaining');
  const low = `${remaining} < ${share} * ${metric('rateLimitLimit')} and ${metric('rateLimitResetTime')} > time()`;
  return graph({
    title: 'Used up in',
    description:
      `Time until nothing is left, up to two hours, if the trend of the last ${window} goes on, of limits of which less than ` +
      `${share * 100} % is left. Below the line of ${horizon} AnthropicRateLimitPressure fires.`,
    unit: 's',
    decimals: 0,
    queries: [
      {
        expr: `min by (${LIMIT.join(', ')}) (\n  (${low})\n  / (-deriv(${remaining}[${window}]) > 0)\n) < 7200`,
        legend: NAME,
      },
    ],
    noValue: 'Nothing runs out',
    thresholds: line(seconds(horizon)),
    thresholdLines: true,
    links: [runbook('AnthropicRateLimitPressure')],
    width: 10,
  });
}

export function tokens(): SizedPanel {
  const limit = (kind: string) =>
    `sum(max by (${LABEL.requestModel}) (${metric('rateLimitLimit', { 'anthropic.rate_limit.type': kind })}))`;
  return graph({
    title: 'Tokens a minute, against the limits',
    description:
      'Tokens read from the prompt cache do not count against the limits of most models. Our part only: other services of the organisation share the limits.',
    unit: 'short',
    queries: [
      {
        expr: `${perMinute(perBar('inputTokens', []))}\n- (${perMinute(perBar('cacheReadTokens', []))} or vector(0))`,
        legend: 'input, cache reads apart',
      },
      { expr: perMinute(perBar('outputTokens', [])), legend: 'output' },
      { expr: limit('input_tokens'), legend: 'limit: input' },
      { expr: limit('output_tokens'), legend: 'limit: output' },
    ],
    noValue: NO_DATA.traffic,
    colored: ['input, cache reads apart', 'output', 'limit: input', 'limit: output'],
    width: 12,
  });
}

export function calls(): SizedPanel {
  return graph({
    title: 'Attempts a minute, by model',
    description: 'Every attempt counts against the limit of requests, retries too.',
    unit: 'short',
    queries: [
      {
        expr: named(perMinute(perBar('attempts', [LABEL.requestModel])), LABEL.requestModel, 'no model'),
        legend: `{{${LABEL.requestModel}}}`,
      },
    ],
    noValue: NO_DATA.traffic,
    width: 12,
  });
}
