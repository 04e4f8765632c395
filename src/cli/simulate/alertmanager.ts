/** Sends simulated alerts to an Alertmanager, as Prometheus would, and resolves them. */
import { parse } from 'yaml';
import { SIMULATION_JOB } from '../../mixin/alerts/text.ts';
import { UserError } from '../command.ts';
import type { CliConfig } from '../config/config.ts';
import { rulesYaml } from '../export/mixin.ts';
import { send } from '../http.ts';

/** An alert to send to Alertmanager. */
export interface SimulatedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** An alert in Alertmanager. */
export interface ReceivedAlert extends SimulatedAlert {
  readonly receivers: readonly { readonly name: string }[];
  readonly status: {
    readonly state: string;
    readonly silencedBy: readonly string[];
    readonly inhibitedBy: readonly string[];
  };
}

/** The package's alerts, by name, as they fire for a simulated service. */
export function simulatedAlerts(config: CliConfig): ReadonlyMap<string, SimulatedAlert> {
  const { groups } = parse(rulesYaml(config)) as {
    groups: {
      rules: { alert?: string; labels?: Record<string, string>; annotations?: Record<string, string> }[];
    }[];
  };
  const alerts = new Map<string, SimulatedAlert>();
  for (const { alert, labels, annotations } of groups.flatMap(({ rules }) => rules)) {
    if (alert === undefined) continue;
    const all = { ...labels, alertname: alert, job: SIMULATION_JOB, simulated: 'true' };
    const texts = Object.entries(annotations ?? {}).map(([name, text]) => [name, rendered(text, all)]);
    const rendering = Object.fromEntries(texts) as Record<string, string>;
    alerts.set(alert, {
      labels: all,
      annotations: { ...rendering, summary: `[SIMULATED] ${rendering['summary'] ?? alert}` },
    });
  }
  return alerts;
}

/** Fills the labels into a Prometheus template. Values that only a query has are left out. */
function rendered(template: string, labels: Readonly<Record<string, string>>): string {
  return template
    .replace(/\{\{-?\s*\$labels\.(\w+)[^}]*\}\}/g, (_, name: string) => labels[name] ?? '')
    .replace(/\{\{-?\s*\$value[^}]*\}\}/g, 'some')
    .replace(/\{\{[^}]*\}\}/g, '');
}

/** Makes `alerts` fire until `endsAt`. A time in the past resolves them. */
export async function postAlerts(
  url: string,
  alerts: readonly SimulatedAlert[],
  startsAt: Date,
  endsAt: Date,
): Promise<void> {
  const body = alerts.map((alert) => ({
    ...alert,
    startsAt: startsAt.toISOString(),
    endsAt: endsAt.toISOString(),
    generatorURL: 'https://github.com/anthropic-otel/anthropic-otel/blob/main/docs/cli.md',
  }));
  const { status, body: reply } = await send(`${url}/api/v2/alerts`, { method: 'POST', body });
  if (status !== 200)
    throw new UserError(
      `${url} responded with ${status} to an alert: ${JSON.stringify(reply).slice(0, 200)}`,
    );
}

/** The simulated job's alerts in Alertmanager. */
export async function receivedAlerts(url: string): Promise<readonly ReceivedAlert[]> {
  const filter = encodeURIComponent(`job="${SIMULATION_JOB}"`);
  const { status, body } = await send(`${url}/api/v2/alerts?filter=${filter}`);
  const alerts = Array.isArray(body) ? (body as (ReceivedAlert | undefined)[]) : [undefined];
  if (status !== 200 || !alerts.every((alert) => typeof alert?.labels === 'object')) {
    const what =
      status === 200
        ? 'its response to /api/v2/alerts does not come from an Alertmanager'
        : `it responded with ${status}`;
    throw new UserError(
      `${url} is no Alertmanager: ${what}`,
      'Use the address of its start page, with user and password if it requires them: http://user:password@host:9093',
    );
  }
  return alerts as ReceivedAlert[];
}
