/** Receivers of Alertmanager: who is notified, and with which text. */
import type { Receivers } from '../config.ts';

/** The name of a route and of its receiver. */
export type RouteName = 'page' | 'ticket' | 'info' | 'watchdog';

/** Every kind of receiver, for the example. */
export const EXAMPLE_RECEIVERS: Receivers = {
  slack: {
    apiUrlFile: '/etc/alertmanager/secrets/slack-url',
    pageChannel: '#on-call',
    ticketChannel: '#claude-alerts',
  },
  pagerduty: { routingKeyFile: '/etc/alertmanager/secrets/pagerduty-key' },
  opsgenie: { apiKeyFile: '/etc/alertmanager/secrets/opsgenie-key', team: 'ai-platform' },
  email: {
    to: 'ai-platform@example.com',
    from: 'alertmanager@example.com',
    smarthost: 'smtp.example.com:587',
    username: 'alertmanager@example.com',
    passwordFile: '/etc/alertmanager/secrets/smtp-password',
  },
  watchdog: 'https://hc-ping.example.com/your-check',
};

const TITLE = '{{ template "anthropic.title" . }}';
const TEXT = '{{ template "anthropic.text" . }}';

/** The receiver of a route, with everything that the settings notify of it. */
export function receiver(name: RouteName, receivers: Receivers): object {
  const { webhook, slack, pagerduty, opsgenie, email, watchdog } = receivers;
  const urls = [
    ...(webhook ? [`${webhook}/${name}`] : []),
    ...(watchdog && name === 'watchdog' ? [watchdog] : []),
  ];
  const send_resolved = name !== 'watchdog';
  const page = name === 'page';
  const ticket = name === 'ticket';
  return {
    name,
    ...(urls.length > 0 && { webhook_configs: urls.map((url) => ({ url, send_resolved })) }),
    ...(slack && (page || ticket) && { slack_configs: [slackConfig(slack, page)] }),
    ...(pagerduty && page && { pagerduty_configs: [pagerdutyConfig(pagerduty.routingKeyFile)] }),
    ...(opsgenie && page && { opsgenie_configs: [opsgenieConfig(opsgenie)] }),
    ...(email && ticket && { email_configs: [emailConfig(email)] }),
  };
}

function slackConfig(slack: NonNullable<Receivers['slack']>, page: boolean): object {
  return {
    api_url_file: slack.apiUrlFile,
    channel: page ? slack.pageChannel : slack.ticketChannel,
    send_resolved: true,
    color: `{{ if eq .Status "firing" }}${page ? 'danger' : 'warning'}{{ else }}good{{ end }}`,
    title: TITLE,
    title_link: '{{ template "anthropic.dashboard" . }}',
    text: TEXT,
    actions: [
      { type: 'button', text: 'Runbook', url: '{{ template "anthropic.runbook" . }}' },
      { type: 'button', text: 'Dashboard', url: '{{ template "anthropic.dashboard" . }}' },
    ],
  };
}

function pagerdutyConfig(routingKeyFile: string): object {
  return {
    routing_key_file: routingKeyFile,
    send_resolved: true,
    severity: '{{ .CommonLabels.severity }}',
    description: TITLE,
    component: '{{ .CommonLabels.job }}',
    group: '{{ .CommonLabels.cluster }}',
    class: '{{ .CommonLabels.fault }}',
    details: { text: TEXT },
    links: [
      { text: 'Runbook', href: '{{ template "anthropic.runbook" . }}' },
      { text: 'Dashboard', href: '{{ template "anthropic.dashboard" . }}' },
    ],
  };
}

function opsgenieConfig({ apiKeyFile, team }: NonNullable<Receivers['opsgenie']>): object {
  return {
    api_key_file: apiKeyFile,
    send_resolved: true,
    message: TITLE,
    description: TEXT,
    priority: 'P1',
    source: '{{ template "anthropic.dashboard" . }}',
    tags: '{{ .CommonLabels.job }},{{ .CommonLabels.fault }}',
    responders: [{ name: team, type: 'team' }],
  };
}

function emailConfig(email: NonNullable<Receivers['email']>): object {
  return {
    to: email.to,
    from: email.from,
    smarthost: email.smarthost,
    ...(email.username && { auth_username: email.username }),
    ...(email.passwordFile && { auth_password_file: email.passwordFile }),
    send_resolved: true,
    headers: { Subject: TITLE },
    html: '',
    text: TEXT,
  };
}
