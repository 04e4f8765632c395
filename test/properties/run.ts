/** Runs a session, with telemetry or without, and keeps what server, application and telemetry know of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type Anthropic from '@anthropic-ai/sdk';
import type { ClientOptions } from '@anthropic-ai/sdk';
import { createLogger, createMeter, createTracing } from '../../dev/telemetry.ts';
import { observe, type TelemetryOptions, withTelemetry } from '../../src/index.ts';
import { telemetryFor } from '../../src/telemetry.ts';
import { ApplicationCall, type Fetched, type Noted } from './application.ts';
import { GOOD_EVENTS } from './messages.ts';
import { isStream, METHODS } from './methods.ts';
import { createMiddleware } from './middleware.ts';
import type { CallPlan, Platform, Reply, Session } from './plan.ts';
import { type Recorded, read } from './recorded.ts';
import { CALL_HEADER, type ScriptedServer, type WireAttempt } from './server.ts';

/** The client of a platform, and the options that it needs. */
export interface Platformed {
  readonly Client: Sdk['Client'];
  readonly options: object;
}

/** An SDK, and what there is to observe it by. */
export interface Sdk {
  readonly name: string;
  readonly Client: new (options: ClientOptions) => Anthropic;
  readonly connectionError: () => Error;
  /** Whether it runs middleware. */
  readonly middleware: boolean;
  /** The clients of platforms that are built on it. */
  readonly platforms: Readonly<Partial<Record<Platform, Platformed>>>;
  /** Whether it makes call spans, and so shows calls that never reach the wire. */
  readonly spans: boolean;
}

/** What server and application know of one call. */
export interface CallRun {
  readonly plan: CallPlan;
  readonly model: string;
  readonly noted: Noted;
  readonly wire: readonly WireAttempt[];
}

/** What is known of a session that was run. */
export interface SessionRun {
  readonly calls: readonly CallRun[];
  /** What telemetry recorded; `undefined` without telemetry. */
  readonly recorded: Recorded | undefined;
}

let calls = 0;

/** The calls that are under way, by their ids. */
const underWay = new Map<string, ApplicationCall>();

/** The application's own `fetch`: it notes what each request comes to. */
const notingFetch: typeof fetch = async (input, init) => noted(init, () => fetch(input, init));

/** Kept: a `Request` follows the signal that it is given only as long as it is not collected, and then no abort reaches the connection. */
const requests = new Set<Request>();

/** The same, which sends what it is given as a `Request`. */
const requestFetch: typeof fetch = async (input, init) => {
  const request = new Request(input, init);
  requests.add(request);
  return noted(init, () => fetch(request));
};

/** The same, with a response and a body of its own. */
const wrappedFetch: typeof fetch = async (input, init) => {
  const response = await notingFetch(input, init);
  const { body, status, headers } = response;
  return body && status < 600
    ? new Response(body.pipeThrough(new TransformStream()), { status, headers })
    : response;
};

async function noted(init: RequestInit | undefined, send: () => Promise<Response>): Promise<Response> {
  const call = underWay.get(new Headers(init?.headers).get(CALL_HEADER) ?? '');
  const fetched: Fetched = { status: undefined };
  call?.noted.fetched.push(fetched);
  const response = await send();
  fetched.status = response.status;
  return response;
}

// Node loads its HTTP client, whose classes it does not export, with the first use of a part of it.
new Headers();
const { constructor: Dispatcher } = Reflect.get(globalThis, Symbol.for('undici.globalDispatcher.1')) as {
  constructor: new (options: object) => object;
};
const dispatcher = new Dispatcher({ keepAliveTimeout: 1000 });

const FETCHES: Readonly<Record<Session['fetch'], object>> = {
  default: {},
  given: { fetch: notingFetch },
  request: { fetch: requestFetch },
  wrapped: { fetch: wrappedFetch },
  dispatcher: { fetchOptions: { dispatcher } },
};

/** Runs `session` without telemetry. */
export async function runBare(sdk: Sdk, server: ScriptedServer, session: Session): Promise<SessionRun> {
  const client = new (platformOf(sdk, session).Client)(clientOptions(sdk, server, session));
  return { calls: await runCalls(sdk, server, session, client), recorded: undefined };
}

/** Runs `session` with telemetry of its own. */
export async function runObserved(sdk: Sdk, server: ScriptedServer, session: Session): Promise<SessionRun> {
  const meter = createMeter();
  const tracing = createTracing();
  const { logger, records } = createLogger();
  const telemetry: TelemetryOptions = {
    meterProvider: meter.provider,
    tracerProvider: tracing.provider,
    logger,
  };
  const client = observedClient(sdk, server, session, telemetry);
  const made = await runCalls(sdk, server, session, client);
  if (!sdk.spans || session.calls.some(({ method }) => METHODS[method].untraced))
    await retriesDue(meter, made);
  telemetryFor(telemetry).endOpenCalls();
  return { calls: made, recorded: read(await meter.collect(), tracing, records) };
}

/** Waits until it is certain that no retry comes: a call without a span of the SDK does not show that it gives up. */
async function retriesDue(
  { collect }: ReturnType<typeof createMeter>,
  made: readonly CallRun[],
): Promise<void> {
  // What the application left or never got stays open until its process ends.
  const open = made.filter(({ noted }) => noted.end === 'left' || noted.end === 'hung').length;
  for (let turn = 0; turn < 30; turn++) {
    const active = (await collect()).get('anthropic.client.active_calls') ?? [];
    if (active.reduce((sum, { value }) => sum + Number(value), 0) <= open) return;
    await sleep(50);
  }
}

function observedClient(
  sdk: Sdk,
  server: ScriptedServer,
  session: Session,
  telemetry: TelemetryOptions,
): Anthropic {
  const { Client } = platformOf(sdk, session);
  const options = clientOptions(sdk, server, session);
  // Without middleware or spans, an SDK is observed through a `fetch` that is given.
  const given = sdk.middleware || 'fetch' in FETCHES[session.fetch];
  if (session.way === 'observe' || !given) return observe(new Client(options), telemetry);
  const client = new Client(withTelemetry(options, telemetry));
  return session.way === 'both' ? observe(client, telemetry) : client;
}

function platformOf({ Client, platforms }: Sdk, { client }: Session): Platformed {
  const plain = { Client, options: { apiKey: 'k' } };
  if (client === 'plain') return plain;
  return client === 'own' ? { ...plain, Client: class Own extends Client {} } : (platforms[client] ?? plain);
}

function clientOptions(sdk: Sdk, server: ScriptedServer, session: Session): ClientOptions {
  return {
    baseURL: `${server.url}${session.path}`,
    ...platformOf(sdk, session).options,
    logLevel: 'off',
    ...(session.maxRetries !== undefined && { maxRetries: session.maxRetries }),
    ...FETCHES[session.fetch],
    ...(session.middleware && sdk.middleware && { middleware: [createMiddleware(sdk.connectionError)] }),
  };
}

async function runCalls(
  sdk: Sdk,
  server: ScriptedServer,
  session: Session,
  client: Anthropic,
): Promise<CallRun[]> {
  const steps = session.calls.map(
    (plan, index) => () => runCall(sdk, server, plan, `claude-p-${index}`, client),
  );
  if (session.parallel) return Promise.all(steps.map((step) => step()));
  const made: CallRun[] = [];
  for (const step of steps) made.push(await step());
  return made;
}

async function runCall(
  sdk: Sdk,
  server: ScriptedServer,
  plan: CallPlan,
  model: string,
  client: Anthropic,
): Promise<CallRun> {
  const id = `call-${++calls}`;
  const call = new ApplicationCall(plan, id, model, sdk.middleware);
  underWay.set(id, call);
  const wire = server.script(id, plan.replies, wellAnswered(plan), (number) => call.attempted(number));
  await call.run(client);
  // A reply to a client that is gone may never end.
  await Promise.race([Promise.all(wire.map(({ idle }) => idle)), sleep(15_000, undefined, { ref: false })]);
  underWay.delete(id);
  return { plan, model, noted: call.noted, wire };
}

function wellAnswered({ method }: CallPlan): Reply {
  const streams = isStream(method);
  return {
    head: 'whole',
    status: 200,
    headers: [['content-type', streams ? 'text/event-stream' : 'application/json']],
    framing: 'length',
    body: streams ? GOOD_EVENTS : ['{"type":"message","usage":{"input_tokens":2,"output_tokens":3}}'],
    cuts: [],
  };
}
