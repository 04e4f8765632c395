/** Requests to Prometheus, Alertmanager and Grafana, with errors that state what to do. */
import { UserError, usageError } from './command.ts';

/** How long a server may take, in milliseconds. */
const TIMEOUT = 10_000;

/** A response: the status, and the body as JSON where it is JSON, else as text. */
export interface Reply {
  readonly status: number;
  readonly body: unknown;
  /** The clock of the server at the response, in Unix milliseconds; it has whole seconds. */
  readonly date: number | undefined;
}

/** What to send. */
export interface Request {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** The address of a server, without a slash at its end. */
export function serverUrl(option: string, given: string): string {
  if (!/^https?:\/\//.test(given) || !URL.canParse(given)) {
    throw usageError(`expected ${option} to be an address such as http://localhost:9090, got "${given}"`);
  }
  return given.replace(/\/+$/, '');
}

/**
 * Sends a request. User and password in the address become basic authentication.
 * @throws a UserError where there is no response
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

/** Why a request failed, in few words. */
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
