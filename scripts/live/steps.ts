/** The steps of the live run, in order. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from '../../dev/stage/stage.ts';
import { type ReceivedRequest, respond } from '../../src/testing/index.ts';
import { alertOf, eventually, firing, notified } from './checks.ts';
import type { Report } from './report.ts';

/** Single 500s and occasional 429s among good responses, for a whole window: no one may be woken, and no ticket opened. */
export async function silence(stage: Stage, report: Report, seconds: number): Promise<void> {
  report.part(`Silence: ${seconds} s with a single 500 a minute and a 429 every 20 s`);
  const { api, chat, reports } = stage;
  const fired = new Set<string>();
  const end = Date.now() + seconds * 1000;
  for (let second = 0; Date.now() < end; second++) {
    if (second % 60 === 10) api.plan([respond.error(500)]);
    else if (second % 20 === 0) api.plan([respond.error(429)]);
    await Promise.all([chat.askMany(2, 1), reports.ask()]);
    for (const name of await firing(stage)) fired.add(name);
    if (second % 60 === 59) report.step(`${Math.round((end - Date.now()) / 1000)} s to go`);
    await sleep(Math.max(0, 1000 - (Date.now() % 1000)));
  }
  const statuses = api.requests.map(({ status }) => status);
  const count = (status: number): number => statuses.filter((each) => each === status).length;
  report.step(`the API responded with ${count(200)}× 200, ${count(429)}× 429, ${count(500)}× 500`);
  report.check(`no alert fired in Prometheus${list(fired)}`, fired.size === 0);
  const names = new Set(notified(stage).map(({ alert }) => alert));
  report.check(`no one was notified${list(names)}`, names.size === 0);
}

/** What pages: how soon the notification comes. */
export async function pages(stage: Stage, report: Report): Promise<void> {
  report.part('Pages');
  const { api, chat } = stage;
  const failing = (status: number): void => api.faults({ rate: 1, responses: [respond.error(status)] });
  const well = (): void => api.faults();

  await page(stage, report, 'AnthropicConsecutiveServerErrors', 2, async () => {
    api.plan([respond.error(500), respond.error(500)]);
    await chat.ask();
  });
  await page(stage, report, 'AnthropicBillingFailed', 1, async () => {
    const message = 'Your credit balance is too low to access the Anthropic API.';
    api.plan([respond.error(400, { message })]);
    await chat.ask();
  });
  await page(stage, report, 'AnthropicRetriesExhausted', 1, async () => {
    failing(529);
    await chat.askMany(20, 10);
    well();
  });
  await page(stage, report, 'AnthropicRateLimitPressure', 1, async () => {
    failing(429);
    await chat.askMany(40, 20);
    well();
  });
}

/** A revoked key: its page comes, no page on the error rate beside it, and it hides no outage. */
export async function rejectedKey(stage: Stage, report: Report): Promise<void> {
  report.part('The key of the report service is revoked');
  const { api, chat, reports } = stage;
  const began = Date.now();
  await page(stage, report, 'AnthropicAuthenticationFailed', 1, async () => {
    api.apiKeys = [chat.apiKey];
    await reports.askMany(60, 6);
  });
  await sleep(10_000);
  const pages = notified(stage, began).filter(({ job }) => job === 'reports');
  report.check(
    'it is the only page of reports in 10 s, although every call fails',
    pages.every(({ alert }) => alert === 'AnthropicAuthenticationFailed'),
  );
  const held = await alertOf(stage, 'AnthropicAuthenticationFailed', 'reports');
  report.check('and it goes on', held?.status.state === 'active');

  report.step('the key works again, and the API breaks down');
  api.apiKeys = [chat.apiKey, reports.apiKey];
  await page(
    stage,
    report,
    'AnthropicRetriesExhausted',
    1,
    async () => {
      api.faults({ rate: 1, responses: [respond.error(529)] });
      await reports.askMany(20, 10);
      api.faults();
    },
    'reports',
  );
}

/** The watchdog comes at once, and again each repeat interval (5 minutes). */
export async function watchdog(stage: Stage, report: Report): Promise<void> {
  report.part('Watchdog');
  const times = (): number[] =>
    stage.webhook.notifications.filter(({ receiver }) => receiver === 'watchdog').map(({ at }) => at);
  report.step('waiting for its second notification');
  await eventually(() => (times().length > 1 ? true : undefined), 330);
  const [first = 0, second] = times();
  const apart = second === undefined ? '' : `, ${Math.round((second - first) / 1000)} s apart`;
  report.check(
    `the receiver of the watchdog was notified ${times().length} times${apart}`,
    times().length > 1,
  );
}

/** Makes something happen, and waits for the page. `causedBy`: which failing attempt of it is the one that counts, from 1. */
async function page(
  { api, webhook }: Stage,
  report: Report,
  alert: string,
  causedBy: number,
  happen: () => Promise<void>,
  job?: string,
): Promise<void> {
  const before = api.requests.length;
  const [from, end] = [Date.now(), happen()];
  const notification = await eventually(() =>
    webhook.notifications.find(
      (each) =>
        each.alert === alert && each.status === 'firing' && each.at >= from && (!job || each.job === job),
    ),
  );
  await end;
  report.check(`${alert}${job ? ` of ${job}` : ''} is notified`, notification !== undefined);
  const cause = api.requests.slice(before).filter(failed)[causedBy - 1];
  if (notification && cause) {
    report.measured(alert, Math.max(0, notification.at - (cause.endedAt ?? cause.receivedAt)) / 1000);
  }
}

function failed({ status }: ReceivedRequest): boolean {
  return status !== null && status >= 400;
}

function list(names: ReadonlySet<string>): string {
  return names.size === 0 ? '' : ` (${[...names].join(', ')})`;
}
