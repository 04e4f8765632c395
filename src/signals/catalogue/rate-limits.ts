/** Metrics of rate limits, as the API states them. */
import type { MetricDefinition } from '../metric-definition.ts';
import { ATTR } from '../names.ts';

/** Part of the catalogue. */
export const RATE_LIMIT_METRICS = {
  rateLimitLimit: {
    name: 'anthropic.client.rate_limit.limit',
    kind: 'observable_gauge',
    unit: '{unit}',
    description: 'Rate limit, as the API last reported it.',
    attributes: [ATTR.rateLimit, ATTR.requestModel],
    integer: true,
  },
  rateLimitRemaining: {
    name: 'anthropic.client.rate_limit.remaining',
    kind: 'observable_gauge',
    unit: '{unit}',
    description: 'Headroom of a rate limit, as the API last reported it.',
    attributes: [ATTR.rateLimit, ATTR.requestModel],
    integer: true,
  },
  rateLimitResetTime: {
    name: 'anthropic.client.rate_limit.reset_time',
    kind: 'observable_gauge',
    unit: '{unix_second}',
    description: 'When a rate limit is fully replenished, as a Unix time.',
    attributes: [ATTR.rateLimit, ATTR.requestModel],
  },
  rateLimitLow: {
    name: 'anthropic.client.rate_limit.low',
    kind: 'counter',
    unit: '{crossing}',
    description: 'Times that the headroom of a rate limit fell below 10 %.',
    attributes: [ATTR.rateLimit, ATTR.requestModel],
    integer: true,
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;
