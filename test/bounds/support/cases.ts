/** Ways in which callers, gateways and the API can name things without end. */
import type Anthropic from '@anthropic-ai/sdk';
import type { ClientOptions } from '@anthropic-ai/sdk';

/** One way. `name` is another long string for each call. */
export interface HostileCase {
  readonly body?: (name: string) => object;
  readonly response?: (name: string) => {
    status?: number;
    headers?: Record<string, string>;
    message?: object;
  };
  /** Options of a client for each call. Without them there is one client. */
  readonly client?: (index: number) => ClientOptions;
  readonly call?: (client: Anthropic, name: string) => Promise<unknown>;
}

const LIMITS = ['requests', 'tokens', 'input-tokens', 'output-tokens'];

/** What a port number can be, for a client each. */
const PORTS = 60_000;

export const CASES: Readonly<Record<string, HostileCase>> = {
  'model names': {
    body: (name) => ({ model: name }),
    response: (name) => ({ message: { model: name } }),
  },
  'models of the response': {
    response: (name) => ({ message: { model: name } }),
  },
  'ids, stop reasons and headers': {
    response: (name) => ({
      message: { id: name, stop_reason: name },
      headers: {
        'request-id': name,
        'retry-after': name,
        ...Object.fromEntries(
          LIMITS.flatMap((limit) => [
            [`anthropic-ratelimit-${limit}-limit`, '100'],
            [`anthropic-ratelimit-${limit}-remaining`, name],
            [`anthropic-ratelimit-${limit}-reset`, name],
          ]),
        ),
      },
    }),
  },
  'error types and codes': {
    response: (name) => ({
      status: 400 + (name.charCodeAt(0) % 100),
      message: { type: 'error', error: { type: name, message: name, details: { error_code: name } } },
    }),
  },
  ports: {
    client: (index) => ({ baseURL: `http://127.0.0.1:${1 + (index % PORTS)}` }),
  },
  hosts: {
    client: (index) => ({ baseURL: `http://${`${index}.`.padEnd(200, 'host.')}example` }),
  },
  paths: {
    call: (client, name) => client.post(`/v1/${encodeURIComponent(name)}`, { body: {} }),
  },
};
