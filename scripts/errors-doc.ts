/**
 * Writes `docs/errors.md`: each failure with what the SDK does, what to do, and what watches it. Made from the error table, the SDK's classes, the
 * retry rules and the alerts, so that none of them can contradict another.
 */
import { APIConnectionError, APIConnectionTimeoutError, APIError } from '@anthropic-ai/sdk';
import { ruleGroups } from '../src/mixin/alerts/groups.ts';
import { isAlert } from '../src/mixin/alerts/rule.ts';
import { DEFAULT_CONFIG } from '../src/mixin/config.ts';
import { type AttemptKind, attemptKind } from '../src/model/attempt-kind.ts';
import { errorType, faultOf, isRetryableStatus } from '../src/model/errors.ts';
import { type FailureKind, readFailure, thrownFailure } from '../src/resilience/failure.ts';
import { RETRY_RULES, type RetryRule } from '../src/resilience/retry-rules.ts';

/** A failure of the table: the status of a response, or the error in place of one. */
interface Row {
  readonly what: string;
  readonly status?: number;
  /** Whether the account cannot pay or may not spend more. */
  readonly billing?: boolean;
  readonly error?: Error;
}

const SPEND_LIMIT = {
  error: { type: 'rate_limit_error', details: { error_code: 'enforced_spend_limit_reached' } },
};

const ROWS: readonly Row[] = [
  { what: '400', status: 400 },
  { what: '400, 402, 403 or 429 for want of credit or a spend limit', status: 429, billing: true },
  { what: '401', status: 401 },
  { what: '402', status: 402 },
  { what: '403', status: 403 },
  { what: '404', status: 404 },
  { what: '408', status: 408 },
  { what: '409', status: 409 },
  { what: '413', status: 413 },
  { what: '422', status: 422 },
  { what: '429', status: 429 },
  { what: '500', status: 500 },
  { what: '502', status: 502 },
  { what: '503', status: 503 },
  { what: '504', status: 504 },
  { what: '529', status: 529 },
  { what: 'no response: the connection failed', error: new APIConnectionError({}) },
  { what: "no response: the client's `timeout`", error: new APIConnectionTimeoutError() },
];

/** The alerts on attempts of a kind, the most specific first. */
const ALERTS: Readonly<Partial<Record<AttemptKind, readonly string[]>>> = {
  authentication: ['AnthropicAuthenticationFailed'],
  billing: ['AnthropicBillingFailed'],
  permission: ['AnthropicRequestsRejected'],
  not_found: ['AnthropicRequestsRejected'],
  invalid: ['AnthropicRequestsRejected'],
  rate_limit: ['AnthropicRateLimitPressure', 'AnthropicRetriesExhausted'],
  overloaded: ['AnthropicRetriesElevated', 'AnthropicRetriesExhausted'],
  server_error: ['AnthropicConsecutiveServerErrors', 'AnthropicRetriesElevated', 'AnthropicRetriesExhausted'],
  network: ['AnthropicRetriesElevated', 'AnthropicRetriesExhausted'],
  timeout: ['AnthropicRetriesElevated', 'AnthropicRetriesExhausted'],
};

const HEAD = `# Errors

Made by \`npm run generate\` from the error table (\`src/model/errors.ts\`), the SDK's classes, the retry rules and the alerts.

What went wrong, who has to act, what the SDK does by itself, and what to do beyond that. Statuses and types are those of
[the API](https://platform.claude.com/docs/en/api/errors); *fault* is the label \`anthropic_error_fault\`, and states who has to act. Everything that fails for good also counts in
[\`AnthropicHighErrorRate\`](../runbooks/AnthropicHighErrorRate.md).
`;

const TAIL = `
**The SDK's retries.** \`maxRetries\` is 2, for a client or one request: 3 attempts, with waits of 0.5 s, 1 s and so on up to 8 s, less up to a quarter by chance, or as long as
\`retry-after\` says. It makes no difference between an overload, a rate limit and a server error. A larger \`maxRetries\` sends more attempts within the same seconds: it hardly helps against an
overload that lasts, and it adds to a rate limit. Leave it at 2, and let a policy for each kind of failure decide, such as the one of
\`anthropic-otel/resilience\`, which keeps to the column "what to do".

**\`x-should-retry\`** in a response overrules the status, for the SDK and here. **\`retry-after\`** replaces every wait above.

**In a stream** an \`error\` event comes after the status 200. It counts as the status that its type stands for, and the SDK does not retry it. A stream that is cut is \`client_error\` with fault
\`network\`; one that ends without its last event is \`api_error\`.

**Amazon Bedrock** names the errors of its streams differently; they count as the API's: \`throttlingException\` as \`rate_limit_error\`, \`serviceUnavailableException\` as \`overloaded_error\`,
\`internalServerException\` and \`modelStreamErrorException\` as \`api_error\`, \`modelTimeoutException\` as \`timeout_error\`, \`validationException\` as \`invalid_request_error\`.
`;

/** The document. */
export async function errorsDocument(): Promise<string> {
  const columns = [
    'status',
    '`error_type`',
    'class of the SDK',
    'fault',
    'the SDK retries',
    'what to do',
    'alerts',
  ];
  const rows = await Promise.all(ROWS.map(cells));
  const table = [columns, columns.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
  return `${HEAD}\n${table.join('\n')}\n${TAIL}`;
}

async function cells({ what, status, billing = false, error }: Row): Promise<string[]> {
  const body = billing ? SPEND_LIMIT : {};
  const failure = error
    ? thrownFailure(error)
    : (await readFailure(new Response(JSON.stringify(body), { status: status ?? 500 }), 0)).failure;
  if (!failure) throw new Error(`no failure: ${what}`);
  const type = error ? failure.errorType : errorType(undefined, status);
  const fault = faultOf({ errorType: type, status, billing });
  const retryable = error !== undefined || isRetryableStatus(status ?? 0, null);
  const kind = attemptKind({
    number: 1,
    startedAt: 0,
    late: false,
    httpMethod: 'POST',
    url: '',
    failure: { errorType: type, retryable, billing, fault },
    ...(status !== undefined && { response: { status, rateLimits: [] } }),
  });
  return [
    what,
    billing
      ? '`invalid_request_error`, `billing_error`, `permission_error`, `rate_limit_error`'
      : `\`${type}\``,
    billing ? 'that of the status' : `\`${classOf(status, error)}\``,
    `\`${fault}\``,
    billing
      ? 'only a 429, in vain'
      : retryable
        ? 'yes'
        : status === 401
          ? 'only with a token cache, once'
          : 'no',
    `${ACTIONS[kind ?? fault] ?? ACTIONS[fault]} ${adviceOf(RETRY_RULES[failure.kind], failure.kind)}`,
    alertsOf(kind),
  ];
}

/** What whoever is at fault does, by the kind of the failure or else by its fault. */
const ACTIONS: Readonly<Record<string, string>> = {
  authentication: 'Replace the key.',
  billing: 'Add credit, or raise the spend limit.',
  permission: 'Give the key the permission.',
  not_found: 'Correct the name of the model, or the id.',
  traffic: 'Send less, or raise the limit.',
  input: 'Correct the request.',
  network: 'Look at the network between you and the API.',
  anthropic: 'Look at [status.claude.com](https://status.claude.com).',
};

/** A retry rule in words. */
function adviceOf({ delays, limit, jitter }: RetryRule, kind: FailureKind): string {
  if (delays.length === 0) return 'Do not retry.';
  const most = Math.min(delays.length, limit?.retries ?? delays.length);
  const times = ['no times', 'once', 'twice'][most] ?? `at most ${most} times`;
  const within = limit ? ` within ${limit.withinMs / 1000} s` : '';
  let total = 0;
  const fitting = delays.filter((delay) => {
    total += delay;
    return total <= (limit?.withinMs ?? Number.POSITIVE_INFINITY);
  });
  const waits = fitting.slice(0, most).map((delay) => delay / 1000);
  const chance = jitter === 'full' ? ', each shortened by chance' : '';
  const otherwise = `${waits.join(', ')} s${chance}`;
  if (kind === 'rate_limit') {
    return `Retry ${times}${within}, after \`retry-after\` or the reset time; without them after ${otherwise}.`;
  }
  return `Retry ${times}${within}, after ${otherwise}.`;
}

function classOf(status: number | undefined, error: Error | undefined): string {
  return (error ?? APIError.generate(status, {}, '', new Headers())).constructor.name;
}

const rules = ruleGroups(DEFAULT_CONFIG).flatMap((group) => group.rules);
const known = new Set(rules.flatMap((rule) => (isAlert(rule) ? [rule.alert] : [])));

function alertsOf(kind: AttemptKind | undefined): string {
  const names = (kind && ALERTS[kind]) ?? [];
  for (const name of names) if (!known.has(name)) throw new Error(`no such alert: ${name}`);
  return names.map((name) => `[${name}](../runbooks/${name}.md)`).join(', ');
}
