/** What calls cost and use. */
import type { MetricDefinition } from '../metric-definition.ts';
import { ATTR } from '../names.ts';

/** Part of the catalogue. */
export const USAGE_METRICS = {
  cost: {
    name: 'anthropic.client.cost',
    kind: 'counter',
    unit: '{USD}',
    description: 'Estimated cost by the list prices of the price table.',
    attributes: [ATTR.requestModel, ATTR.costKind],
    attribution: true,
  },
  unpricedCalls: {
    name: 'anthropic.client.unpriced_calls',
    kind: 'counter',
    unit: '{call}',
    description:
      'Calls that used tokens without a known price, by their model, the priority tier or the fast mode: the cost estimate leaves them out.',
    attributes: [ATTR.requestModel],
    integer: true,
  },
  fallbacks: {
    name: 'anthropic.client.fallbacks',
    kind: 'counter',
    unit: '{call}',
    description: 'Calls that another model than the requested one served, by the reason for the change.',
    attributes: [ATTR.fallbackFrom, ATTR.fallbackTo, ATTR.fallbackCause],
    integer: true,
  },
  serverToolUses: {
    name: 'anthropic.client.server_tool_uses',
    kind: 'counter',
    unit: '{use}',
    description: 'Billed uses of server tools, such as web searches.',
    attributes: [ATTR.requestModel, ATTR.serverTool],
    integer: true,
  },
  batchRequests: {
    name: 'anthropic.client.batch_requests',
    kind: 'counter',
    unit: '{request}',
    description: 'Requests of Message Batches, by result, counted when the application reads the results.',
    attributes: [ATTR.requestModel, ATTR.batchResult],
    integer: true,
  },
  modelRetirementDays: {
    name: 'anthropic.client.model_retirement_days',
    kind: 'observable_gauge',
    unit: '{day}',
    description:
      'Days until a used model retires, negative after its retirement; absent where no date is set.',
    attributes: [ATTR.requestModel],
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;
