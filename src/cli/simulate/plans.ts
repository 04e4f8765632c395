/** The rehearsals: the responses of the simulated API, and the expected page. */
import type { AnthropicServer, PlannedResponse } from '../../testing/index.ts';

/** The functions of `anthropic-otel/testing` that create responses. */
export interface Respond {
  error(status: number): PlannedResponse;
}

/** One rehearsal. */
export interface Plan {
  readonly story: string;
  /** The alerts that must fire. */
  readonly alerts: readonly string[];
  /** Makes the API fail. */
  breakApi(api: AnthropicServer, respond: Respond): void;
}

/** The rehearsals, by name. */
export const PLANS: Readonly<Record<string, Plan>> = {
  authentication: {
    story: 'The key is revoked: each attempt gets a 401.',
    alerts: ['AnthropicAuthenticationFailed'],
    breakApi: (api) => {
      api.apiKeys = ['another-key'];
    },
  },
  'server-errors': {
    story: 'The API fails: attempts get a 500, one after the other.',
    alerts: ['AnthropicConsecutiveServerErrors'],
    breakApi: (api, respond) => api.faults({ rate: 1, responses: [respond.error(500)] }),
  },
  overload: {
    story: 'The API is overloaded: each attempt gets a 529, and calls run out of retries.',
    alerts: ['AnthropicHighErrorRate', 'AnthropicRetriesExhausted'],
    breakApi: (api, respond) => api.faults({ rate: 1, responses: [respond.error(529)] }),
  },
};
