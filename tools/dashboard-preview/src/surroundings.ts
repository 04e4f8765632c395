/** What surrounds the calls: the limits of the organization, and the state of the alerts. */
import { ATTR } from '../../../src/signals/names.ts';
import { FLEET_MODELS } from './fleet.ts';
import type { Labels, Process, SampleStore } from './store.ts';

/** The rate limits of the organisation, as each process last saw them. */
export function limits(store: SampleStore, processes: readonly Process[], time: number, ago: number): void {
  const flood = Math.max(0, 1 - Math.abs(ago / 60 - 40) / 5);
  const table = [
    ['claude-sonnet-5-5', 'requests', 4000, 0.72 - 0.64 * flood],
    ['claude-sonnet-5-5', 'input_tokens', 2_000_000, 0.58 - 0.55 * flood],
    ['claude-sonnet-5-5', 'output_tokens', 400_000, 0.81 - 0.4 * flood],
    ['claude-opus-5-5', 'requests', 4000, 0.9],
    ['claude-opus-5-5', 'input_tokens', 2_000_000, Math.max(0.14, 0.62 - Math.max(0, 40 - ago / 60) * 0.012)],
    ['claude-opus-5-5', 'output_tokens', 400_000, 0.74],
    ...(processes.length > 3
      ? FLEET_MODELS.flatMap((model, index) => [
          [model, 'requests', 4000, 0.95 - 0.07 * index] as const,
          [model, 'input_tokens', 2_000_000, 0.9 - 0.06 * index] as const,
        ])
      : []),
  ] as const;
  for (const process of processes) {
    for (const [model, type, limit, left] of table) {
      const labels = { [ATTR.rateLimit]: type, [ATTR.requestModel]: model };
      const wobble = 0.02 * Math.sin(time / 53 + limit + process.instance.length);
      const remaining = Math.round(limit * Math.max(0, left + wobble));
      if (
        remaining < limit * 0.1 &&
        (store.get('rateLimitRemaining', process, labels) ?? limit) >= limit * 0.1
      )
        store.add('rateLimitLow', process, labels, 1);
      store.add('rateLimitLow', process, labels, 0);
      store.set('rateLimitHeadroom', process, labels, remaining / limit);
      store.set('rateLimitLimit', process, labels, limit);
      store.set('rateLimitRemaining', process, labels, remaining);
      store.set('rateLimitResetTime', process, labels, time + 60 * (1 - remaining / limit));
    }
  }
}

/** The name of a service of the large fleet; some are long. */
export function serviceName(index: number): string {
  const words = [
    'checkout',
    'search',
    'support-chat',
    'invoice-extraction-worker',
    'moderation',
    'summaries',
  ];
  return `${words[index % words.length]}-${String(index + 1).padStart(2, '0')}`;
}

/** The state of the alerts in the last hour, of the two services or of so many. */
export function alerts(store: SampleStore, end: number, services?: number): void {
  const firing = (alertname: string, from: number, to: number, labels: Labels = {}): void =>
    store.firing(alertname, end - from * 60, end - to * 60, labels);
  const page = (fault: string): Labels => ({ severity: 'critical', fault });
  if (services) {
    firing('AnthropicWatchdog', 60 * 3, 0);
    const of = (index: number): Labels => ({
      cluster: index % 2 ? 'eu-1' : 'us-1',
      namespace: 'shop',
      job: serviceName(index),
    });
    firing('AnthropicAuthenticationFailed', 18, 0, { ...of(Math.min(7, services - 1)), ...page('config') });
    firing('AnthropicHighErrorRate', 9, 0, {
      ...of(Math.min(3, services - 1)),
      gen_ai_request_model: 'claude-opus-5-5',
      ...page('unknown'),
    });
    if (services > 12)
      firing('AnthropicRetriesElevated', 12, 0, { ...of(12), severity: 'warning', fault: 'anthropic' });
    return;
  }
  const opus = { job: 'chat', gen_ai_request_model: 'claude-opus-5-5', ...page('anthropic') };
  firing('AnthropicWatchdog', 60 * 25, 0);
  firing('AnthropicRateLimitPressure', 43, 30, { job: 'chat', gen_ai_request_model: 'claude-sonnet-5-5' });
  firing('AnthropicAuthenticationFailed', 25, 10, { job: 'reports', ...page('config') });
  firing('AnthropicConsecutiveServerErrors', 10.5, 0, opus);
  firing('AnthropicHighErrorRate', 9, 0, opus);
  firing('AnthropicRetriesExhausted', 9.5, 0, opus);
}
