/** Runs one variant in a process of its own, whose clock it replaces, and prints what came of it as JSON. */
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { createMeter, type Snapshot } from '../../dev/telemetry.ts';
import { costOf, priceFinder, totalCost } from '../../src/model/cost.ts';
import { PRICES } from '../../src/model/prices.ts';
import { subscribeToDecisions } from '../../src/resilience/index.ts';
import { seededRandom } from '../../src/testing/script/random.ts';
import { PHASE_MS, PHASES, PRIMARY } from './phases.ts';
import type { Comparison, VariantResult } from './result.ts';
import { idealDuration, type Sent, SimulatedApi } from './simulated-api.ts';
import { createSender, type VariantName } from './variants.ts';
import { VirtualTime } from './virtual-time.ts';

const [name = '', calls = '', seed = ''] = process.argv.slice(2);
const print = process.stdout.write.bind(process.stdout);
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const time = new VirtualTime();
time.install();
// The SDK's jitter, too, is the same for the same seed.
Math.random = seededRandom(Number(seed));
const result = await time.run(() => runVariant(name as VariantName, Number(calls), Number(seed)));
print(JSON.stringify(result));

async function runVariant(variant: VariantName, total: number, seedNumber: number): Promise<VariantResult> {
  const api = new SimulatedApi(time, seedNumber);
  const meter = createMeter();
  const send = createSender(variant, { time, api, meterProvider: meter.provider });
  const perPhase = Math.floor(total / PHASES.length);
  const phases = PHASES.map(({ name: phase }) => ({ phase, calls: perPhase, failed: 0, attempts: 0 }));
  const added: number[] = [];
  const open = { is: false, calls: 0, requests: 0 };
  const decisions: Record<string, number> = {};
  subscribeToDecisions(({ name: decision, model, path }) => {
    decisions[decision] = (decisions[decision] ?? 0) + 1;
    if (model !== PRIMARY || path !== '/v1/messages') return;
    if (decision === 'circuit_opened') open.is = true;
    if (decision === 'circuit_closed') open.is = false;
  });
  api.onRequest = (call, model, otherProvider) => {
    phases[Math.floor(call / perPhase)]!.attempts += 1;
    if (open.is && model === PRIMARY && !otherProvider) open.requests += 1;
  };
  const makeCall = async (call: number): Promise<void> => {
    await time.sleep(arrival(call, perPhase));
    const startedAt = time.elapsed;
    if (open.is) open.calls += 1;
    try {
      await send(call);
      added.push(time.elapsed - startedAt - idealDuration(call));
    } catch {
      phases[Math.floor(call / perPhase)]!.failed += 1;
    }
  };
  await Promise.all(Array.from({ length: perPhase * PHASES.length }, (_, call) => makeCall(call)));
  added.sort((one, other) => one - other);
  return {
    calls: perPhase * PHASES.length,
    failed: phases.reduce((sum, { failed }) => sum + failed, 0),
    attempts: api.sent.attempts,
    cost: costOfSent(api.sent),
    addedP50: added[Math.floor(added.length * 0.5)] ?? 0,
    addedP99: added[Math.floor(added.length * 0.99)] ?? 0,
    phases,
    openCalls: open.calls,
    openRequests: open.requests,
    comparisons: compare(await meter.collect(), api.sent, decisions),
  };
}

/** When a call is made, in milliseconds from the start. */
function arrival(call: number, perPhase: number): number {
  const phase = Math.floor(call / perPhase);
  const share = (call % perPhase) / perPhase;
  const within = PHASES[phase]?.bursts ? Math.floor(share * 3) / 3 + ((share * 3) % 1) / 300 : share;
  return (phase + within) * PHASE_MS;
}

function costOfSent({ tokens }: Sent): number {
  const priceOf = priceFinder(PRICES);
  let usd = 0;
  for (const [model, usage] of Object.entries(tokens)) {
    const price = priceOf(model);
    const cost = price ? costOf(usage, price) : 'unpriced';
    if (cost !== 'unpriced') usd += totalCost(cost);
  }
  return usd;
}

/** What the metrics show, and what the API sent. */
function compare(metrics: Snapshot, sent: Sent, decisions: Readonly<Record<string, number>>): Comparison[] {
  const sum = (metric: string, wanted: Record<string, unknown> = {}): number =>
    (metrics.get(metric) ?? [])
      .filter(({ attributes }) => Object.entries(wanted).every(([key, value]) => attributes[key] === value))
      .reduce((total, { value }) => total + (typeof value === 'number' ? value : value.count), 0);
  const attempts = 'anthropic.client.attempts';
  const status = 'http.response.status_code';
  return [
    { what: 'attempts', metric: sum(attempts), api: sent.attempts },
    ...Object.entries(sent.statuses)
      .filter(([code]) => code !== 'none')
      .map(([code, api]) => ({
        what: `attempts with status ${code}`,
        metric: sum(attempts, { [status]: Number(code) }),
        api,
      })),
    ...Object.entries(sent.calls).map(([outcome, api]) => ({
      what: `calls with outcome ${outcome}`,
      metric: sum('anthropic.client.calls', { 'anthropic.outcome': outcome }),
      api,
    })),
    ...Object.entries(decisions).map(([decision, api]) => ({
      what: `decisions ${decision}`,
      metric: sum('anthropic.resilience.decisions', { 'anthropic.resilience.decision': decision }),
      api,
    })),
    { what: 'fallbacks', metric: sum('anthropic.client.fallbacks'), api: decisions['fallback_served'] ?? 0 },
    { what: 'cost in USD', metric: round(sum('anthropic.client.cost')), api: round(costOfSent(sent)) },
    ...Object.entries(sent.tokens).flatMap(([model, tokens]) =>
      (['input', 'output'] as const).map((kind) => ({
        what: `${kind} tokens of ${model}`,
        metric: sum(`gen_ai.client.inference.usage.${kind}_tokens`, { 'gen_ai.request.model': model }),
        api: tokens[kind],
      })),
    ),
  ];
}

function round(usd: number): number {
  return Math.round(usd * 1e6) / 1e6;
}
