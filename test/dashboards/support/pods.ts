/** A fleet of pods, each with telemetry of its own, behind one HTTP server that Prometheus scrapes. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import Anthropic, { type ClientOptions } from '@anthropic-ai/sdk';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { type TelemetryOptions, withTelemetry } from '../../../src/index.ts';
import { telemetryFor } from '../../../src/telemetry.ts';

/** Where a pod is found. */
export interface PodName {
  readonly cluster: string;
  readonly namespace: string;
  readonly job: string;
  readonly instance: string;
}

/** A fleet. */
export interface Pods extends AsyncDisposable {
  /** What Prometheus has to scrape. */
  readonly scrapeConfig: object;
  /** Starts a process of the pod, or its next one in the same place, and returns its client, with more options. */
  start(pod: PodName, options?: ClientOptions, telemetry?: TelemetryOptions): Anthropic;
  /** Counts a client of the pod's process that is not observed. */
  makeUnobserved(pod: PodName): void;
  /** Ends the process of the pod: from now on its target responds with 503. */
  kill(pod: PodName): Promise<void>;
  /** The metrics page of the pod. */
  page(pod: PodName): Promise<string>;
}

/** Starts the server; the pods themselves begin with `start`. A scrape takes `slow` milliseconds. */
export async function startPods(
  names: readonly PodName[],
  apiUrl: string,
  telemetryOptions: TelemetryOptions = {},
  slow: () => number = () => 0,
): Promise<Pods> {
  const running = new Map<
    string,
    { exporter: PrometheusExporter; provider: MeterProvider; telemetry: TelemetryOptions }
  >();
  const server = createServer(async (request, response) => {
    // A sample has the time at which its scrape began; rules that are evaluated meanwhile do not see it.
    await sleep(slow());
    const pod = running.get((request.url ?? '').split('/')[1] ?? '');
    if (pod) pod.exporter.getMetricsRequestHandler(request, response);
    else response.writeHead(503).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const target = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const key = ({ cluster, instance }: PodName): string => `${cluster}-${instance}`;
  const kill = async (pod: PodName): Promise<void> => {
    await running.get(key(pod))?.provider.shutdown();
    running.delete(key(pod));
  };
  return {
    scrapeConfig: {
      job_name: 'pods',
      static_configs: names.map((labels) => ({
        targets: [target],
        labels: { ...labels, __metrics_path__: `/${key(labels)}/metrics` },
      })),
    },
    kill,
    makeUnobserved: (pod) => telemetryFor(running.get(key(pod))?.telemetry).clientMade(false),
    async page(pod) {
      return (await fetch(`http://${target}/${key(pod)}/metrics`)).text();
    },
    start(pod, options = {}, more = {}) {
      const exporter = new PrometheusExporter({ preventServerStart: true });
      const provider = new MeterProvider({ readers: [exporter] });
      const telemetry = { ...telemetryOptions, ...more };
      running.set(key(pod), { exporter, provider, telemetry });
      telemetryFor(telemetry).setMeterProvider(provider);
      const client = { baseURL: apiUrl, apiKey: 'good-key', timeout: 10_000, ...options };
      return new Anthropic(withTelemetry(client, telemetry));
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(names.map(kill));
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
