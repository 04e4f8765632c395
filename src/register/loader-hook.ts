/** Sets up the loader hook through which the instrumentation sees ES modules. */
import { register } from 'node:module';

/**
 * Registers the loader hook of `@opentelemetry/instrumentation`, for the packages of the SDK only: no other module of the
 * application is touched.
 */
export function registerLoaderHook(): void {
  register('@opentelemetry/instrumentation/hook.mjs', import.meta.url, {
    data: {
      include: [
        '@anthropic-ai/sdk',
        '@anthropic-ai/bedrock-sdk',
        '@anthropic-ai/vertex-sdk',
        '@anthropic-ai/foundry-sdk',
      ],
    },
  });
}
