/**
 * `node --import anthropic-otel/register app.js`, or `--require`: everything at once, configured by the environment. Bundlers take
 * `load.ts` alone, by the condition `module` in `package.json`: they would follow the import below.
 */
import './load.ts';

/**
 * Never called. Tools that copy an application's files for a deployment (Next.js standalone, Nitro, Vercel) find by this import what `load.ts` loads.
 *
 * @internal
 */
// @ts-expect-error The file exists once it is built.
export const copied = (): Promise<unknown> => import('../register-start.cjs');
