/** What must wake nobody: a single 500 and an occasional 429, with everything that is recorded for them. */
import { describe, expect, it } from 'vitest';
import { rulesYaml } from '../../src/mixin/alerts/build.ts';
import { DEFAULT_CONFIG } from '../../src/mixin/alerts/config.ts';
import { MODEL } from './support/case.ts';
import { testRules } from './support/promtool.ts';
import { ALERTS } from './support/rules.ts';
import { counts, grows, type ProcessSpec, type ValueAt, world } from './support/world.ts';

const STEP = 15;
const UNTIL = 1800;
const OF_MODEL = `anthropic_method="messages.create",gen_ai_request_model="${MODEL}"`;
const OF_LIMIT = `{gen_ai_request_model="${MODEL}",anthropic_rate_limit_type="tokens"}`;
const ROUTE = `http_route="/v1/messages",gen_ai_request_model="${MODEL}"`;
const attempt = (disposition: string, status: number, type: string, fault: string) =>
  `anthropic_client_attempts_total{${OF_MODEL},anthropic_attempt_disposition="${disposition}",http_response_status_code="${status}",error_type="${type}",anthropic_error_fault="${fault}"}`;

const QUIET: Record<string, Record<string, ValueAt>> = {
  'a single 500, fixed by its retry': {
    [attempt('retried', 500, 'api_error', 'anthropic')]: counts(607),
    [`anthropic_client_server_error_streak{${ROUTE}}`]: (now) => (now >= 607 && now < 620 ? 1 : 0),
  },
  'a single 500, with no retry left': {
    [attempt('final', 500, 'api_error', 'anthropic')]: counts(607),
    [`anthropic_client_server_error_streak{${ROUTE}}`]: (now) => (now >= 607 ? 1 : 0),
    [`anthropic_client_calls_total{${OF_MODEL},anthropic_outcome="error",error_type="api_error",anthropic_error_fault="anthropic"}`]:
      counts(607),
    [`anthropic_client_retries_exhausted_total{${OF_MODEL},error_type="api_error"}`]: counts(607),
  },
  'a 429 every five minutes, each with the limit used up': {
    [attempt('retried', 429, 'rate_limit_error', 'traffic')]: counts(607, 910, 1213, 1516),
    [`anthropic_client_rate_limit_low_total${OF_LIMIT}`]: counts(607, 910, 1213, 1516),
    [`anthropic_client_rate_limit_remaining${OF_LIMIT}`]: (now) => (now >= 600 && now % 300 < 30 ? 0 : 800),
    [`anthropic_client_rate_limit_limit${OF_LIMIT}`]: () => 1000,
    [`anthropic_client_rate_limit_reset_time${OF_LIMIT}`]: (now) => now + 30,
  },
};

/** Six calls a minute: so little that each failure is a large share, or none at all beside it. */
const TRAFFIC: Record<string, number> = { 'beside little traffic': 0.1, 'without any other call': 0 };

describe.each(Object.keys(QUIET))('%s', (what) => {
  it.each(Object.keys(TRAFFIC))('fires nothing, %s', async (traffic) => {
    const perSecond = TRAFFIC[traffic] ?? 0;
    const process: ProcessSpec = {
      metrics: {
        ...QUIET[what],
        [`anthropic_client_calls_total{${OF_MODEL},anthropic_outcome="ok"}`]: grows(perSecond, 0, UNTIL, 100),
        [`anthropic_client_attempts_total{${OF_MODEL},anthropic_attempt_disposition="ok",http_response_status_code="200"}`]:
          grows(perSecond, 0, UNTIL, 100),
      },
    };
    const alert_rule_test = [];
    for (let at = 0; at <= UNTIL; at += 60) {
      for (const { alert } of ALERTS) {
        if (alert === 'AnthropicWatchdog') continue;
        alert_rule_test.push({ eval_time: `${at}s`, alertname: alert, exp_alerts: [] });
      }
    }
    const newborn: ProcessSpec = { ...process, instance: 'pod-2', start: 590 };
    const input_series = world([process, newborn], { until: UNTIL, step: STEP, up: true });
    const test = { name: what, interval: `${STEP}s`, input_series, alert_rule_test };
    const { passed, output } = await testRules(rulesYaml(DEFAULT_CONFIG), [test], `${STEP}s`);
    expect(passed, output.slice(0, 4000)).toBe(true);
  });
});
