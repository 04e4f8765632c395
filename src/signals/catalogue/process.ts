/** Metrics of the process and its telemetry. */
import type { MetricDefinition } from '../metric-definition.ts';
import { ATTR } from '../names.ts';

/** Part of the catalogue. */
export const PROCESS_METRICS = {
  startTime: {
    name: 'anthropic.client.start_time',
    kind: 'observable_gauge',
    unit: '{unix_second}',
    description: 'When the counters of this process started at zero, as a Unix time.',
    attributes: [],
  },
  telemetryErrors: {
    name: 'anthropic.telemetry.errors',
    kind: 'counter',
    unit: '{error}',
    description:
      'Failures of this package or of the telemetry code that it calls. They never reach the application.',
    attributes: [ATTR.stage],
    integer: true,
  },
  telemetryClients: {
    name: 'anthropic.telemetry.clients',
    kind: 'counter',
    unit: '{client}',
    description:
      'SDK clients that were created. A client is not observed if it is bundled or was loaded before this package; its calls are then counted without their attempts.',
    attributes: [ATTR.observed],
    integer: true,
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;
