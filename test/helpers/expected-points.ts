/** The metric points that expected calls leave behind. */
import type { Attributes } from '@opentelemetry/api';
import { type CompleteCall, completeCall, costOfBill, type ExpectedCall } from './expected-call.ts';
import { keyOf } from './harness.ts';
import { streaksOf } from './streaks.ts';

type Points = Record<string, number>;

const INFERENCE = 'gen_ai.client.inference';

/** The points of every metric that counts calls and attempts, without those at zero. Histograms have their count. */
export function expectedPoints(calls: readonly ExpectedCall[], server: URL): ReadonlyMap<string, Points> {
  const metrics = new Map<string, Points>();
  const add = (name: string, attributes: Attributes, value: number): void => {
    const points = metrics.get(name) ?? {};
    metrics.set(name, points);
    if (value === 0) return;
    const key = keyOf(attributes);
    points[key] = Number(((points[key] ?? 0) + value).toFixed(9));
  };
  for (const name of ALWAYS) metrics.set(name, {});
  for (const call of calls.map(completeCall)) {
    addCall(call, add);
    addAttempts(call, add);
    if (call.inference) addInference(call, server, add);
  }
  for (const { route, model } of streaksOf(calls)) {
    add('anthropic.client.server_error_streaks', { 'http.route': route, ...modelOf(model) }, 1);
  }
  return metrics;
}

/** Metrics that are compared even when nothing is expected of them. */
const ALWAYS = [
  'anthropic.client.calls',
  'anthropic.client.attempts',
  'anthropic.client.attempt.duration',
  'anthropic.client.retry.delay',
  'anthropic.client.retries_exhausted',
  'anthropic.client.authentication_failures',
  'anthropic.client.server_error_streaks',
  'anthropic.client.active_calls',
  'anthropic.client.rate_limit.low',
  'anthropic.client.cost',
  'anthropic.client.unpriced_calls',
  'anthropic.client.fallbacks',
  'anthropic.telemetry.errors',
  `${INFERENCE}.duration`,
  `${INFERENCE}.time_to_first_chunk`,
  `${INFERENCE}.usage.input_tokens`,
  `${INFERENCE}.usage.output_tokens`,
  `${INFERENCE}.usage.cache_read.input_tokens`,
  `${INFERENCE}.usage.cache_write.input_tokens`,
  `${INFERENCE}.usage.reasoning.output_tokens`,
  `${INFERENCE}.operation.input_tokens`,
  `${INFERENCE}.operation.output_tokens`,
];

type Add = (name: string, attributes: Attributes, value: number) => void;

function addCall(call: CompleteCall, add: Add): void {
  const { method, model, outcome, stream, errorType, fault } = call;
  const base = { 'anthropic.method': method, ...modelOf(model) };
  const error = errorType === undefined ? {} : { 'error.type': errorType };
  const attributes = {
    ...base,
    ...error,
    ...(fault !== undefined && { 'anthropic.error.fault': fault }),
    'gen_ai.provider.name': 'anthropic',
    'anthropic.outcome': outcome,
    'gen_ai.request.stream': stream,
    ...(call.stopReason !== undefined && { 'anthropic.stop_reason': call.stopReason }),
    ...(call.servedBy !== null && { 'anthropic.served_by': call.servedBy }),
    ...(call.canceledBy !== null && { 'anthropic.canceled_by': call.canceledBy }),
  };
  add('anthropic.client.calls', attributes, 1);
  if (call.exhausted) add('anthropic.client.retries_exhausted', { ...base, ...error }, 1);
  if (call.fallback) {
    const change = {
      'anthropic.fallback.from_model': model ?? '',
      'anthropic.fallback.to_model': call.fallback.to,
      'anthropic.fallback.cause': call.fallback.cause,
    };
    add('anthropic.client.fallbacks', change, 1);
  }
  for (const bill of call.inference ? call.bills : []) {
    for (const [kind, usd] of Object.entries(costOfBill(bill))) {
      add('anthropic.client.cost', { ...modelOf(bill.model), 'anthropic.cost.kind': kind }, usd);
    }
  }
}

function addAttempts({ method, model: asked, route, attempts }: CompleteCall, add: Add): void {
  for (const [index, attempt] of attempts.entries()) {
    const { status, disposition, errorType, fault, model = asked } = attempt;
    const base = { 'anthropic.method': method, ...modelOf(model) };
    const error = errorType === undefined ? {} : { 'error.type': errorType };
    const attributes = {
      ...base,
      ...error,
      'gen_ai.provider.name': 'anthropic',
      'anthropic.attempt.disposition': disposition,
      ...(status !== undefined && { 'http.response.status_code': status }),
      ...(fault !== undefined && { 'anthropic.error.fault': fault }),
    };
    add('anthropic.client.attempts', attributes, 1);
    add('anthropic.client.attempt.duration', { ...base, ...error }, 1);
    if (status === 401) add('anthropic.client.authentication_failures', { 'http.route': route }, 1);
    const cause = attempts[index - 1]?.errorType;
    if (index > 0) {
      const waited = { ...modelOf(model), ...(cause !== undefined && { 'error.type': cause }) };
      add('anthropic.client.retry.delay', waited, 1);
    }
  }
}

function addInference(call: CompleteCall, server: URL, add: Add): void {
  const { errorType, tokens = {}, firstChunk } = call;
  const of = (model: string | null, responseModel: string | undefined): Attributes => ({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'anthropic',
    ...modelOf(model),
    ...(responseModel !== undefined && { 'gen_ai.response.model': responseModel }),
    'server.address': server.hostname,
    'server.port': Number(server.port),
  });
  const base = of(call.model, call.responseModel);
  const withError = errorType === undefined ? base : { ...base, 'error.type': errorType };
  add(`${INFERENCE}.duration`, withError, 1);
  if (firstChunk) add(`${INFERENCE}.time_to_first_chunk`, base, 1);
  if (tokens.input !== undefined) add(`${INFERENCE}.operation.input_tokens`, withError, 1);
  if (tokens.output !== undefined) add(`${INFERENCE}.operation.output_tokens`, withError, 1);
  for (const bill of call.bills) {
    const { input = 0, output = 0, cacheRead = 0, cacheWrite = 0, reasoning = 0 } = bill.tokens;
    const counted = {
      ...of(bill.model, bill.responseModel ?? bill.model),
      'gen_ai.token.modality': 'unknown',
    };
    add(`${INFERENCE}.usage.input_tokens`, counted, input);
    add(`${INFERENCE}.usage.output_tokens`, counted, output);
    add(`${INFERENCE}.usage.cache_read.input_tokens`, counted, cacheRead);
    add(`${INFERENCE}.usage.cache_write.input_tokens`, counted, cacheWrite);
    add(`${INFERENCE}.usage.reasoning.output_tokens`, counted, reasoning);
  }
}

function modelOf(model: string | null): Attributes {
  return model === null ? {} : { 'gen_ai.request.model': model };
}
