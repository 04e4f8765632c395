/** Metrics of the usage and cost of calls. */
import type { MetricDefinition } from '../metric-definition.ts';
import { ATTR } from '../names.ts';

/** Part of the catalogue. */
export const USAGE_METRICS = {
  cost: {
    name: 'anthropic.client.cost',
    kind: 'counter',
    unit: '{USD}',
    description: 'Estimated cost, from the list prices in the price table.',
    attributes: [ATTR.requestModel, ATTR.costKind],
    attribution: true,
  },
  unpricedCalls: {
    name: 'anthropic.client.unpriced_calls',
    kind: 'counter',
    unit: '{call}',
    description:
      'Calls that used tokens without a known price because of their model, the priority tier or fast mode. The cost estimate omits them.',
    attributes: [ATTR.requestModel],
    integer: true,
  },
  fallbacks: {
    name: 'anthropic.client.fallbacks',
    kind: 'counter',
    unit: '{call}',
    description:
      'Calls that were served by a model other than the requested one, by the reason for the change.',
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
    description: 'Requests in Message Batches, by result, counted when the application reads the results.',
    attributes: [ATTR.requestModel, ATTR.batchResult],
    integer: true,
  },
  modelRetirementDays: {
    name: 'anthropic.client.model_retirement_days',
    kind: 'observable_gauge',
    unit: '{day}',
    description:
      'Days until a used model retires; negative after its retirement, absent if no date is known.',
    attributes: [ATTR.requestModel],
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;
