/** `anthropic-otel demo`: runs the complete setup from the installed package. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defineCommand, EXIT } from '../command.ts';
import { PACKAGE_ROOT } from '../package-files.ts';

interface Demo {
  demo(options: { once: boolean; json: boolean }): Promise<boolean>;
}

export const demo = defineCommand({
  name: 'demo',
  summary: 'Play six acts with a local stand-in for the API, and a real Prometheus and Alertmanager.',
  options: {
    once: {
      type: 'boolean',
      description: 'end after the last act; exit 0 only if every act ended as it should',
    },
  },
  details: `No key and no Docker are needed, and everything listens on loopback. Prometheus and Alertmanager are taken from the PATH, or
fetched once as Debian packages and unpacked into a cache folder. Without --once, light traffic goes on until Ctrl-C.`,
  async run({ values }, io) {
    const file = pathToFileURL(join(PACKAGE_ROOT, 'dist/cli/demo.mjs')).href;
    const { demo: play } = (await import(file)) as Demo;
    const ok = await play({ once: values.once ?? false, json: io.json });
    return ok ? EXIT.ok : EXIT.problem;
  },
});
