/** Checks an Alertmanager: whether each alert reaches a receiver, and whether the watchdog arrives. */
import { parse } from 'yaml';
import type { CliConfig } from '../config/config.ts';
import { rulesYaml } from '../export/mixin.ts';
import { send } from '../http.ts';
import { clockFinding, type Finding } from './finding.ts';
import { type Route, receiversOf } from './routes.ts';

interface Configuration {
  readonly route?: Route;
  readonly receivers?: readonly ({ readonly name: string } & Readonly<Record<string, unknown>>)[];
}

const WATCHDOG = 'AnthropicWatchdog';

/** Checks the Alertmanager at `url`. */
export async function checkAlertmanager(url: string, config: CliConfig): Promise<Finding[]> {
  try {
    const before = Date.now();
    const { status, body, date } = await send(`${url}/api/v2/status`);
    const local = (before + Date.now()) / 2;
    if (status !== 200) throw new Error(`it responds with ${status} to /api/v2/status`);
    const clock =
      date === undefined ? undefined : clockFinding('alertmanager-clock', 'Alertmanager', date, local);
    const text = (body as { config?: { original?: unknown } } | null)?.config?.original;
    if (typeof text !== 'string')
      throw new Error('its response to /api/v2/status does not come from an Alertmanager');
    return [
      ...(clock ? [clock] : []),
      ...checkRoutes(parse(text) as Configuration, config),
      ...(await checkWatchdog(url)),
      ...(await checkDelivery(url)),
    ];
  } catch (error) {
    return [
      {
        id: 'alertmanager-unreachable',
        problem: `Alertmanager at ${url} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
        fix: 'Use the address of its start page: --alertmanager http://host:9093',
      },
    ];
  }
}

function checkRoutes({ route, receivers = [] }: Configuration, config: CliConfig): Finding[] {
  if (!route) return [];
  const { groups } = parse(rulesYaml(config)) as {
    groups: { rules: { alert?: string; labels?: Record<string, string> }[] }[];
  };
  const unreached = new Map<string, string[]>();
  for (const { alert, labels } of groups.flatMap(({ rules }) => rules)) {
    if (alert === undefined) continue;
    const names = receiversOf(route, { ...labels, alertname: alert, job: config.prometheus.job });
    const notifies = (name: string): boolean =>
      receivers.some(
        (each) => each.name === name && Object.keys(each).some((key) => key.endsWith('_configs')),
      );
    if (names.some(notifies)) continue;
    const key = names.join(', ');
    unreached.set(key, [...(unreached.get(key) ?? []), alert]);
  }
  return [...unreached].map(([receiver, alerts]) => ({
    id: 'route-without-receiver',
    problem: `${alerts.length} alerts reach no one, because the receiver ${receiver} has no integration (${alerts.slice(0, 3).join(', ')}${alerts.length > 3 ? ', …' : ''}).`,
    fix: `Add a webhook, a pager or a channel to the receiver ${receiver} in alertmanager.yaml.`,
  }));
}

async function checkWatchdog(url: string): Promise<Finding[]> {
  const filter = encodeURIComponent(`alertname="${WATCHDOG}"`);
  const { body } = await send(`${url}/api/v2/alerts?filter=${filter}`);
  if (Array.isArray(body) && body.length > 0) return [];
  return [
    {
      id: 'watchdog-missing',
      problem: `Alertmanager does not have ${WATCHDOG}, which always fires, so alerts do not arrive.`,
      fix: 'Check that the Prometheus with the rules sends to this Alertmanager: doctor --prometheus URL',
    },
  ];
}

/** Finds failing integrations, from the Alertmanager's own metrics. */
async function checkDelivery(url: string): Promise<Finding[]> {
  const { status, body } = await send(`${url}/metrics`);
  if (status !== 200 || typeof body !== 'string') return [];
  const counts = (name: string): Map<string, number> =>
    new Map(
      [...body.matchAll(new RegExp(`^${name}\\{.*?integration="([^"]+)".*\\} (\\S+)$`, 'gm'))].map(
        ([, integration = '', value]) => [integration, Number(value)],
      ),
    );
  const sent = counts('alertmanager_notification_requests_total');
  const failed = counts('alertmanager_notification_requests_failed_total');
  const failing = [...failed].filter(([, count]) => count > 0);
  return failing.map(([integration, count]) => ({
    id: 'notifications-failing',
    problem: `${count} of ${sent.get(integration) ?? count} notifications through ${integration} have failed since Alertmanager started.`,
    fix: 'Read the reason in the log of Alertmanager. It is often an address, a key, or a proxy.',
  }));
}
