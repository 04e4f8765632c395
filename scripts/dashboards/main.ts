/** `npm run dashboards:preview` and `npm run dashboards:shots`. */
import { parseArgs } from 'node:util';
import { endWithUsage } from '../../dev/command-line.ts';
import type { Look } from '../../tools/dashboard-preview/src/browser.ts';
import type { PreviewOptions } from '../../tools/dashboard-preview/src/preview.ts';
import { installPreview } from './install.ts';
import { openPreview } from './preview.ts';
import { shootDemo, shootInto } from './shots.ts';

const HELP = {
  preview: `Usage: npm run dashboards:preview -- [PROMETHEUS_URL | --services N] [--from TIME] [--open-rows] [--port PORT]

Serves the dashboards on loopback, drawn with Grafana's own components, without a Grafana. Shows the data of the Prometheus
that is given, or a day of sample data.

  --services N  three hours of sample data of so many services, instead of a day of two
  --from TIME   begin of the time range, as in Grafana: now-15m, or 2026-11-20T14:00:00Z; without it, the dashboard's own
  --open-rows   opens the rows that are collapsed
  --port PORT   port to listen on; without it, 3001 or a free one
  --help        print this`,
  shots: `Usage: npm run dashboards:shots -- [PROMETHEUS_URL | --demo | --services N] [--from TIME] [--only NAME]
         [--open-rows] [--width PIXELS] [--vision KIND] [--out FOLDER]

Takes a picture of every dashboard, light and dark. Needs Chromium. Shows a day of sample data, or:

  PROMETHEUS_URL   the data of this Prometheus, into .cache/dashboard-shots
  --demo           the data of the demo after its six acts, into .cache/dashboard-shots/demo
  --services N     three hours of sample data of so many services, into .cache/dashboard-shots
  --from TIME      begin of the time range, as in Grafana: now-15m, or 2026-11-20T14:00:00Z
  --only NAME      one dashboard: triage, errors, latency, rate-limits, cost or telemetry
  --open-rows      opens the rows that are collapsed
  --width PIXELS   as on a screen of this width: 390 is a phone
  --vision KIND    as seen with deuteranopia, protanopia or tritanopia
  --out FOLDER     where to write; without it, docs/images, or as above
  --help           print this`,
} as const;

const NAMES: readonly string[] = ['triage', 'errors', 'latency', 'rate-limits', 'cost', 'telemetry'];

const [command, ...args] = process.argv.slice(2);
const kind = command === 'shots' ? 'shots' : 'preview';
const progress = (line: string): void => console.error(`… ${line}`);
const options = parseArguments();
try {
  await installPreview(progress);
  await (kind === 'shots' ? shots() : preview());
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}

async function preview(): Promise<void> {
  const running = await openPreview(options, progress);
  console.log(`${running.url}  (reload for newer data; Ctrl-C ends it)`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void running.stop().then(() => process.exit(0)));
  }
}

async function shots(): Promise<void> {
  const { demo, only, out, prometheusUrl, services } = options;
  if (demo) return shootDemo(out ?? '.cache/dashboard-shots/demo', only, progress);
  await shootInto(
    out ?? (prometheusUrl || services ? '.cache/dashboard-shots' : 'docs/images'),
    options,
    progress,
  );
}

function isVision(text: string): text is NonNullable<Look['vision']> {
  return ['deuteranopia', 'protanopia', 'tritanopia'].includes(text);
}

function parseArguments(): PreviewOptions & { demo?: boolean; only?: string; out?: string; look?: Look } {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        from: { type: 'string' },
        services: { type: 'string' },
        'open-rows': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        ...(kind === 'shots'
          ? ({
              demo: { type: 'boolean' },
              only: { type: 'string' },
              out: { type: 'string' },
              width: { type: 'string' },
              vision: { type: 'string' },
            } as const)
          : ({ port: { type: 'string' } } as const)),
      },
    });
    if (values.help) {
      console.log(HELP[kind]);
      process.exit(0);
    }
    const [prometheusUrl, ...more] = positionals;
    // Which options there are depends on the command.
    const { from, port, demo, only, out, services, width, vision } = values as Partial<
      Record<'from' | 'port' | 'only' | 'out' | 'services' | 'width' | 'vision', string>
    > & {
      demo?: boolean;
      'open-rows'?: boolean;
    };
    if (more.length > 0) throw new Error(`one address at most: ${more.join(' ')}`);
    if (prometheusUrl && !/^https?:\/\//.test(prometheusUrl))
      throw new Error(`not an address: ${prometheusUrl}`);
    if (prometheusUrl && demo) throw new Error('an address and --demo exclude each other');
    if (from && !/^now-\d+[smhd]$/.test(from) && Number.isNaN(Date.parse(from)))
      throw new Error(`not a time: ${from}`);
    if (only && !NAMES.includes(only)) throw new Error(`no such dashboard: ${only}`);
    if (port && !/^\d{1,5}$/.test(port)) throw new Error(`not a port: ${port}`);
    if (services && !/^\d{1,3}$/.test(services)) throw new Error(`not a number of services: ${services}`);
    if (services && (prometheusUrl || demo)) throw new Error('--services is of the sample data');
    if (width && !/^\d{3,4}$/.test(width)) throw new Error(`not a width in pixels: ${width}`);
    if (vision && !isVision(vision)) throw new Error(`not a kind of color vision: ${vision}`);
    return {
      ...(services && { services: Number(services) }),
      ...((width || vision) && {
        look: { ...(width && { width: Number(width) }), ...(vision && isVision(vision) && { vision }) },
      }),
      ...(prometheusUrl && { prometheusUrl: prometheusUrl.replace(/\/+$/, '') }),
      ...(from && { from }),
      ...(port && { port: Number(port) }),
      ...(demo && { demo }),
      ...(values['open-rows'] && { openRows: true }),
      ...(only && { only }),
      ...(out && { out }),
    };
  } catch (error) {
    return endWithUsage((error as Error).message, HELP[kind]);
  }
}
