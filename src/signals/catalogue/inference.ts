/** The metrics of the GenAI conventions: durations and tokens of calls that infer. */
import type { MetricDefinition } from '../metric-definition.ts';
import { ATTR } from '../names.ts';
import { DURATION_BUCKETS } from './durations.ts';

/** Bucket boundaries of the GenAI conventions for token counts. */
const TOKEN_BUCKETS = [
  1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864,
] as const;

const INFERENCE = [
  ATTR.operation,
  ATTR.provider,
  ATTR.requestModel,
  ATTR.responseModel,
  ATTR.serverAddress,
  ATTR.serverPort,
] as const;

const tokens = <Name extends string>(name: Name, what: string) =>
  ({
    name: `gen_ai.client.inference.usage.${name}`,
    kind: 'counter',
    unit: '{token}',
    description: what,
    attributes: [...INFERENCE, ATTR.modality],
    integer: true,
    attribution: true,
  }) as const;

/** Part of the catalogue. */
export const INFERENCE_METRICS = {
  inferenceDuration: {
    name: 'gen_ai.client.inference.duration',
    kind: 'histogram',
    unit: 's',
    description:
      'Duration of a call, including all its attempts, the waits between them and the reading of its stream.',
    attributes: [...INFERENCE, ATTR.errorType],
    boundaries: DURATION_BUCKETS,
  },
  timeToFirstChunk: {
    name: 'gen_ai.client.inference.time_to_first_chunk',
    kind: 'histogram',
    unit: 's',
    description: 'Time from the start of the last attempt of a streamed call to its first content chunk.',
    attributes: INFERENCE,
    boundaries: DURATION_BUCKETS,
  },
  inputTokens: tokens(
    'input_tokens',
    'Input tokens, including those read from and written to the prompt cache.',
  ),
  outputTokens: tokens('output_tokens', 'Output tokens, thinking included.'),
  cacheReadTokens: tokens(
    'cache_read.input_tokens',
    'Input tokens read from the prompt cache; part of the input tokens.',
  ),
  cacheWriteTokens: tokens(
    'cache_write.input_tokens',
    'Input tokens written to the prompt cache; part of the input tokens.',
  ),
  reasoningTokens: tokens(
    'reasoning.output_tokens',
    'Output tokens spent on thinking; part of the output tokens.',
  ),
  inputTokensPerCall: {
    name: 'gen_ai.client.inference.operation.input_tokens',
    kind: 'histogram',
    unit: '{token}',
    description: 'Input tokens per call.',
    attributes: [...INFERENCE, ATTR.errorType],
    boundaries: TOKEN_BUCKETS,
    integer: true,
  },
  outputTokensPerCall: {
    name: 'gen_ai.client.inference.operation.output_tokens',
    kind: 'histogram',
    unit: '{token}',
    description: 'Output tokens per call.',
    attributes: [...INFERENCE, ATTR.errorType],
    boundaries: TOKEN_BUCKETS,
    integer: true,
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;
