/** What observed client classes do, by the telemetry that they have. */
import { addAdapters } from '../adapters/client-options.ts';
import { observeMadeClient } from '../adapters/fetch/client-fetch.ts';
import type { SdkClient, SdkClientOptions } from '../adapters/sdk-shapes.ts';
import type { Telemetry } from '../telemetry.ts';
import type { AddTelemetry, CompleteClient } from './observed-class.ts';

/** The two steps of `observedClass` with `telemetry`, which do nothing while it is switched off. */
export function observeClients(telemetry: Telemetry): { add: AddTelemetry; complete: CompleteClient } {
  return {
    add: (options) =>
      telemetry.enabled && options !== null
        ? (telemetry.guard.run('options', () =>
            addAdapters((options ?? {}) as SdkClientOptions, telemetry),
          ) ?? options)
        : options,
    complete: (client) => {
      if (!telemetry.enabled) return;
      telemetry.guard.run('options', () => observeMadeClient(client as SdkClient, telemetry));
    },
  };
}
