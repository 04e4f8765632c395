/** What the rate limits dashboard must show of calls; a bar that stands alone is `seconds` long. */
import { outputOf, tokensOf } from '../support/bills.ts';

import { any, limited, times } from '../support/sums.ts';
import type { Summed } from './collected.ts';

export function rateLimits(all: Summed, seconds: number): void {
  const minute = 60 / seconds;
  const model = 'gen_ai_request_model';
  all.tried('rate-limits: Responses 429', 'A', limited);
  all.tried('rate-limits: Responses 429, by model', 'AB', limited, model);
  all.count(
    'rate-limits: Calls that a limit ended',
    'A',
    (call) => call.exhausted && call.errorType === 'rate_limit_error',
  );
  all.ten('rate-limits: Attempts a minute, by service', times(all.sums.ofAttempts(any, 'service'), minute));
  all.as(
    'quotient',
    'rate-limits: Attempts a minute, by model',
    'A',
    model,
    times(all.sums.ofAttempts(any, model), minute),
  );
  all.one(
    'quotient',
    'rate-limits: Tokens a minute, against the limits',
    'A',
    minute * all.sums.total(tokensOf('input', 'write5m', 'write1h')),
  );
  all.one(
    'quotient',
    'rate-limits: Tokens a minute, against the limits',
    'B',
    minute * all.sums.total(outputOf),
  );
}
