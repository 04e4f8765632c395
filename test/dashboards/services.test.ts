/** The table of services on the triage dashboard: who has to act, with and without failed calls. */
import { expect, it } from 'vitest';
import { interpolate } from '../../dev/interpolate.ts';
import { testRules } from '../alerts/support/promtool.ts';
import { PANELS, VARIABLES } from './support/panels.ts';

const AT = 900;
const MINUTE = 60;

/** A service of one process that counts `failed` more failed calls in each of the last five minutes. */
function service(job: string, fault?: string, failed = 0): { series: string; values: string }[] {
  const process = `job="${job}", instance="${job}-1"`;
  const calls = (labels: string, perMinute: number) => ({
    series: `anthropic_client_calls_total{${process}, gen_ai_request_model="m", anthropic_method="messages.create", ${labels}}`,
    values: `0+${perMinute}x20`,
  });
  return [
    { series: `anthropic_client_start_time{${process}}`, values: '-3600x20' },
    { series: `up{${process}}`, values: '1x20' },
    calls('anthropic_outcome="ok"', 10),
    ...(fault ? [calls(`anthropic_outcome="error", anthropic_error_fault="${fault}"`, failed)] : []),
  ];
}

function alert(job: string, alertname: string, fault: string): { series: string; values: string } {
  return {
    series: `ALERTS{alertname="${alertname}", alertstate="firing", job="${job}", fault="${fault}"}`,
    values: '1x20',
  };
}

it('a service has the fault of most of its failed calls, else of its firing alert, else none', async () => {
  const panel = PANELS.find(({ name }) => name === 'anthropic-triage: Services (last 5 minutes)');
  const query = panel?.targets.find(({ refId }) => refId === 'A')?.expr ?? '';
  const expr = interpolate(query, {
    from: 0,
    to: AT * 1000,
    maxDataPoints: 100,
    scrapeInterval: MINUTE,
    variables: VARIABLES,
  });
  const input_series = [
    ...service('fails', 'anthropic', 2),
    // The key was rejected, and the service stopped making calls.
    ...service('stopped'),
    alert('stopped', 'AnthropicAuthenticationFailed', 'config'),
    ...service('fails-otherwise', 'input', 1),
    alert('fails-otherwise', 'AnthropicRetriesElevated', 'anthropic'),
    // Its fault is not known.
    ...service('alerted'),
    alert('alerted', 'AnthropicHighErrorRate', 'unknown'),
    ...service('healthy'),
    alert('gone', 'AnthropicAuthenticationFailed', 'config'),
  ];
  const rows = {
    alerted: ['none', 0],
    fails: ['anthropic', 10],
    'fails-otherwise': ['input', 5],
    healthy: ['none', 0],
    stopped: ['config', 0],
  };
  const { output, passed } = await testRules('groups: []', [
    {
      name: 'services',
      interval: '1m',
      input_series,
      promql_expr_test: [
        {
          expr: `sum by (job, anthropic_error_fault) (${expr})`,
          eval_time: `${AT}s`,
          exp_samples: Object.entries(rows).map(([job, [fault, value]]) => ({
            labels: `{anthropic_error_fault="${fault}", job="${job}"}`,
            value: Number(value),
          })),
        },
      ],
    },
  ]);
  expect(output, output).toMatch(/SUCCESS/);
  expect(passed).toBe(true);
});
