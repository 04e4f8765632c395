/** Every expression of the pack that any single event must show in, with the counter that it counts. */
import type { Duration } from '../../../src/mixin/alerts/config.ts';
import { RECORDS } from '../../../src/mixin/alerts/expressions.ts';

/** An alert or a record that one event shows in. */
export interface AnyEventRule {
  /** Name of the alert or record. */
  readonly rule: string;
  /** The counter, as `name{labels}`. */
  readonly series: string;
  readonly window: Duration;
}

const OF_MODEL = 'gen_ai_request_model="claude-opus-5-5"';

export const ANY_EVENT_RULES: readonly AnyEventRule[] = [
  {
    rule: 'AnthropicAuthenticationFailed',
    series: 'anthropic_client_authentication_failures_total{http_route="/v1/messages"}',
    window: '5m',
  },
  {
    rule: 'AnthropicConsecutiveServerErrors',
    series: `anthropic_client_server_error_streaks_total{http_route="/v1/messages",${OF_MODEL}}`,
    window: '5m',
  },
  {
    rule: 'AnthropicBillingFailed',
    series: `anthropic_client_attempts_total{${OF_MODEL},http_response_status_code="402",anthropic_error_fault="config"}`,
    window: '5m',
  },
  {
    rule: 'AnthropicPermissionDenied',
    series: `anthropic_client_attempts_total{${OF_MODEL},error_type="permission_error"}`,
    window: '5m',
  },
  {
    rule: 'AnthropicModelNotFound',
    series: `anthropic_client_attempts_total{${OF_MODEL},error_type="not_found_error"}`,
    window: '5m',
  },
  {
    rule: 'AnthropicUnpricedModel',
    series: `anthropic_client_unpriced_calls_total{${OF_MODEL}}`,
    window: '15m',
  },
  {
    rule: RECORDS.calls,
    series: `anthropic_client_calls_total{${OF_MODEL},anthropic_outcome="ok"}`,
    window: '5m',
  },
  {
    rule: RECORDS.failedCalls,
    series: `anthropic_client_calls_total{${OF_MODEL},anthropic_outcome="error"}`,
    window: '5m',
  },
  {
    rule: RECORDS.cost,
    series: `anthropic_client_cost_total{${OF_MODEL},anthropic_cost_kind="output"}`,
    window: '5m',
  },
];
