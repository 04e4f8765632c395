/** What the demo shows in the terminal. Colors only on a terminal, and not with NO_COLOR. */
import { styleText } from 'node:util';
import type { Monitoring } from '../../dev/stage/monitoring.ts';
import type { Stage } from '../../dev/stage/stage.ts';
import type { Notification } from '../../dev/webhook.ts';
import { type Act, PAGES } from './acts.ts';
import type { ActResult } from './play.ts';

type Style = Parameters<typeof styleText>[0];

/** Calls and attempts. */
export interface Counts {
  readonly calls: number;
  readonly attempts: number;
}

/** Prints the demo. */
export interface Printer {
  step(text: string): void;
  urls(stage: Stage, monitoring: Monitoring, webhookUrl: string): void;
  act(number: number, of: number, act: Act): void;
  fired(notification: Notification, seconds: number | null): void;
  result(result: ActResult): void;
  total(sent: Counts, seen: Counts, warnings: readonly string[], ok: boolean): void;
  open(previewCommand: string): void;
  problem(error: unknown): void;
}

/** A printer that writes to `stream`. */
export function printer(stream: NodeJS.WriteStream): Printer {
  const style = (format: Style, text: string): string => styleText(format, text, { stream });
  const line = (text = ''): void => {
    stream.write(`${text}\n`);
  };
  return {
    step: (text) => line(style('dim', `… ${text}`)),
    urls({ api, chat, reports }, monitoring, webhookUrl) {
      line();
      for (const [name, url] of [
        ['Claude API stand-in', api.url],
        ['service chat', `${chat.url}/?question=Why?`],
        ['  its metrics', `http://127.0.0.1:${chat.metricsPort}/metrics`],
        ['service reports', `${reports.url}/?question=Why?`],
        ['  its metrics', `http://127.0.0.1:${reports.metricsPort}/metrics`],
        ['Prometheus alerts', `${monitoring.prometheus.url}/alerts`],
        ['Alertmanager', monitoring.alertmanagerUrl],
        ['webhook receiver', webhookUrl],
      ]) {
        line(`  ${name?.padEnd(20)} ${style('cyan', url ?? '')}`);
      }
    },
    act(number, of, { name, story, service }) {
      line();
      line(style('bold', `Act ${number} of ${of}: ${name}`) + style('dim', ` (service ${service})`));
      line(`  ${story}`);
    },
    fired({ alert, severity, summary }, seconds) {
      const after = seconds === null ? '' : `, ${seconds.toFixed(2)} s after the first failing attempt`;
      line(
        `  ${style(severity === 'critical' ? 'red' : 'yellow', `▲ ${alert}`)} ${severity}, notified${after}`,
      );
      line(style('dim', `    ${summary}`));
    },
    result({ expected, responses, prometheus, silent, ok }) {
      const counts = Object.entries(responses).map(([status, count]) => `${count}× ${status}`);
      line(`  the API responded with ${counts.join(', ')}`);
      const { calls, attempts, failed_calls: failed } = prometheus;
      line(`  Prometheus sees ${calls} calls so far, ${failed} of them failed, in ${attempts} attempts`);
      line(style('dim', `  silent, as they should be: ${silent.join(', ') || 'none'}`));
      const verdict = expected.length === 0 ? 'no one was paged' : `paged for ${expected.join(' and ')}`;
      line(
        ok
          ? style('green', `  ✓ ${verdict}`)
          : style('red', `  ✗ expected: ${expected.join(', ') || 'silence'}`),
      );
    },
    total(sent, seen, warnings, ok) {
      line();
      line(`The API received ${sent.attempts} attempts of ${sent.calls} calls.`);
      line(`Prometheus counts ${seen.attempts} attempts of ${seen.calls} calls.`);
      for (const warning of warnings) line(style('yellow', warning));
      line(
        ok
          ? style('green', '✓ every act ended as it should')
          : style('red', '✗ not as it should be, see above'),
      );
      line(style('dim', `Pages of this pack: ${PAGES.join(', ')}`));
    },
    open(previewCommand) {
      line();
      line('Light traffic goes on. Look around at the URLs above; Ctrl-C ends everything.');
      line('To see the dashboards with this data, in a second terminal:');
      line(`  ${style('bold', previewCommand)}`);
    },
    problem: (error) => line(style('red', error instanceof Error ? error.message : String(error))),
  };
}
