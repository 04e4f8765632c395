/** Sends requests to Prometheus, Alertmanager and Grafana, with errors that state what to do. */
import { UserError, usageError } from './command.ts';

/** The timeout of a request, in milliseconds. */
const TIMEOUT = 10_000;

/** A response: the status, and the body as JSON if it is JSON, else as text. */
export interface Reply {
  readonly status: number;
  readonly body: unknown;
  /** The server's time at the response, in Unix milliseconds but whole seconds. */
  readonly date: number | undefined;
}

/** The request to send. */
export interface Request {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** The address of a server, without a trailing slash. */
export function serverUrl(option: string, given: string): string {
  if (!/^https?:\/\//.test(given) || !URL.canParse(given)) {
    throw usageError(`expected ${option} to be an address such as http://localhost:9090, got "${given}"`);
  }
  return given.replace(/\/+$/, '');
}

/**
 * Sends a request. A user and password in the address become basic authentication.
 *
 * @throws UserError if there is no response
 */
export async function send(
  address: string,
  { method = 'GET', headers = {}, body }: Request = {},
): Promise<Reply> {
  const url = new URL(address);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const basic = username ? { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` } : {};
  try {
    const response = await fetch(url, {
      method,
      headers: { ...basic, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT),
    });
    const text = await response.text();
    const date = Date.parse(response.headers.get('date') ?? '');
    return { status: response.status, body: parsed(text), date: Number.isNaN(date) ? undefined : date };
  } catch (error) {
    throw new UserError(`${url.origin} does not respond: ${reason(error)}`);
  }
}

/** A short reason why a request failed. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `nothing within ${TIMEOUT / 1000} s`;
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return (cause as NodeJS.ErrnoException).code ?? cause.message;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
