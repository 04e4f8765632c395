/** `npm run dashboards:preview [-- http://prometheus:9090]`: the dashboards in a browser, without a Grafana. */
import { startPreview } from './preview.ts';

const preview = await startPreview(process.argv[2], 3001);
console.log(`${preview.url}/?uid=anthropic-triage&theme=dark  (Ctrl-C ends it)`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void preview.stop().then(() => process.exit(0)));
}
