/** Triage: the first step for each fault. */
import { runbook } from '../lib/links.ts';
import type { SizedPanel } from '../lib/options.ts';
import { text } from '../lib/panels.ts';
import type { Queries } from '../lib/queries.ts';
import { STATUS_PAGE } from '../lib/style.ts';

/** The first step, by fault. */
export function whatToDo({ config }: Queries): SizedPanel {
  const to = (alert: string) => runbook(config, alert).url;
  return text({
    title: 'What to do',
    description: 'The first step, by who has to act.',
    links: [runbook(config)],
    markdown: [
      '| Who | First step |',
      '|---|---|',
      `| **anthropic** | [Status page](${STATUS_PAGE}), then [5xx](${to('AnthropicConsecutiveServerErrors')}): shed load or change the model. |`,
      `| **traffic** | [429](${to('AnthropicRateLimitPressure')}): who sends, which limit, when is it full again? |`,
      `| **config** | [401](${to('AnthropicAuthenticationFailed')}), [billing](${to('AnthropicBillingFailed')}): what was deployed or rotated last? |`,
      `| **input** | [400, 413, 422](${to('AnthropicRequestsRejected')}): the log line has the shape of the request. |`,
      '| **network** | Proxy, DNS, egress: compare services on the same hosts. |',
      `| **application** | The application [timed out](${to('AnthropicCallsHanging')}): see its log line. |`,
    ].join('\n'),
    width: 8,
    height: 10,
  });
}
