/** A process with policies, which a test drives by messages. What policies know belongs to their process, so each pod needs one of its own. */
import Anthropic from '@anthropic-ai/sdk';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { withTelemetry } from '../../../src/index.ts';
import { subscribeToDecisions } from '../../../src/ports/decisions.ts';
import {
  circuitBreaker,
  concurrency,
  defer,
  memoryDeferStore,
  retry,
  throttle,
} from '../../../src/resilience/index.ts';
import { telemetryFor } from '../../../src/telemetry.ts';
import { RESERVE, type Step } from './policies.ts';
import { OPUS, SONNET } from './records.ts';

const [url = '', port = ''] = process.argv.slice(2);
const exporter = new PrometheusExporter({ host: '127.0.0.1', port: Number(port) });
const telemetry = {};
telemetryFor(telemetry).setMeterProvider(new MeterProvider({ readers: [exporter] }));

const breaker = circuitBreaker({ minimum: 2, openMs: 600_000, maxOpenMs: 600_000 });
const retries = retry({
  budget: { reserve: RESERVE },
  rules: { overloaded: { delays: [1], jitter: 'none' } },
  maxCircuitWait: 600_000,
  maxElapsed: 600_000,
});
const client = (
  ...middleware: NonNullable<ConstructorParameters<typeof Anthropic>[0]>['middleware'] & object
) =>
  new Anthropic(
    withTelemetry(
      { baseURL: url, apiKey: 'good-key', maxRetries: 0, timeout: 600_000, middleware },
      telemetry,
    ),
  );
const clients = {
  open: client(breaker),
  retry: client(retries),
  circuit: client(retries, breaker),
  concurrency: client(concurrency({ limit: 1, maxWait: 600_000 })),
  throttle: client(throttle({ maxWait: 600_000 })),
};
const store = memoryDeferStore();
const queue = defer(store, { client: client(), name: 'reports', pollMs: 10, onResult: () => {} });
const decisions: string[] = [];
subscribeToDecisions(({ name, model = '' }) => decisions.push(`${name} ${model}`));
const body = (model: string) => ({
  model,
  max_tokens: 10,
  messages: [{ role: 'user' as const, content: 'Hello' }],
});
const call = (name: keyof typeof clients, model: string) =>
  clients[name].messages.create(body(model)).catch(() => {});
let deferred = 0;

const steps: { readonly [Name in Step['do']]: (step: Extract<Step, { do: Name }>) => Promise<unknown> } = {
  async open({ model }) {
    for (let i = 0; i < 2; i++) await call('open', model);
  },
  async retry({ calls }) {
    for (let i = 0; i < calls; i++) await call('retry', SONNET);
  },
  async queue({ queue: name, calls }) {
    // The first one is sent: it takes the only place, or learns that nothing is left of the limit.
    if (name === 'throttle') await call(name, OPUS);
    else if (name === 'concurrency') void call(name, OPUS);
    for (let i = 0; i < calls; i++) void call(name, OPUS);
    await new Promise((resolve) => setTimeout(resolve, 100));
  },
  async defer({ requests, work }) {
    for (let i = 0; i < requests; i++) {
      await queue.enqueue(`request-${deferred++}`, body(SONNET));
      if (work) await queue.work({ stopWhenEmpty: true });
    }
  },
};
// Not longer than the test.
process.once('disconnect', () => process.exit());
process.on('message', (step: Step) => {
  void steps[step.do](step as never).then(
    () => process.send?.({ decisions }),
    (error) => process.send?.({ error: String(error) }),
  );
});
process.send?.({ decisions });
