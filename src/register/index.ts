/**
 * The entry point `node --import anthropic-otel/register app.js`, or with `--require`: it starts everything, configured by the
 * environment. Bundlers get only `load.ts`, through the condition `module` in `package.json`, because they would follow the import
 * below.
 */
import './load.ts';

/**
 * Never called. Tools that copy an application's files for a deployment (Next.js standalone, Nitro, Vercel) use this import to find
 * the file that `load.ts` loads.
 *
 * @internal
 */
// @ts-expect-error The file exists only in the built package.
export const copied = (): Promise<unknown> => import('../register-start.cjs');
