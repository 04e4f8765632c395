/** Bundles the page with esbuild. */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** Writes `app.js` and `app.css` to `folder`. */
export async function bundle(folder: string): Promise<void> {
  await build({
    entryPoints: { app: path('./app/main.tsx') },
    outdir: folder,
    bundle: true,
    minify: true,
    jsx: 'automatic',
    format: 'iife',
    target: 'es2023',
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"', 'process.env': '{}', global: 'globalThis' },
    loader: { '.ttf': 'empty', '.woff2': 'empty', '.svg': 'dataurl' },
    // Its CommonJS build has the component as `default`, which the ES build does not.
    alias: {
      'react-custom-scrollbars-2': path('./app/scrollbars.tsx'),
      '@grafana/i18n/dist/esm/i18n.mjs': path('../node_modules/@grafana/i18n/dist/esm/i18n.mjs'),
    },
  });
}
