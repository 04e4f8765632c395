/** Sets up the loader hook through which the instrumentation sees ES modules. */
import { createRequire, register } from 'node:module';

/** The modules that are hooked. No other module of the application is touched. */
const MODULES = [
  '@anthropic-ai/sdk',
  '@anthropic-ai/bedrock-sdk',
  '@anthropic-ai/vertex-sdk',
  '@anthropic-ai/foundry-sdk',
];

interface SyncHooks {
  supportsSyncHooks(): boolean;
  register(options: { include: readonly string[] }): void;
}

/**
 * Registers the loader hook of `@opentelemetry/instrumentation`, in this thread where Node and the hook's version can do that, else
 * in a thread of its own, which takes some hundred milliseconds more to start.
 */
export function registerLoaderHook(): void {
  const hooks = syncHooks();
  if (hooks) hooks.register({ include: MODULES });
  else register('@opentelemetry/instrumentation/hook.mjs', import.meta.url, { data: { include: MODULES } });
}

function syncHooks(): SyncHooks | undefined {
  try {
    // It must be the very copy that the instrumentation uses.
    const instrumentation = createRequire(import.meta.url).resolve('@opentelemetry/instrumentation');
    const hooks: SyncHooks = createRequire(instrumentation)('import-in-the-middle/register-hooks.mjs');
    return hooks.supportsSyncHooks() ? hooks : undefined;
  } catch {
    return undefined;
  }
}
