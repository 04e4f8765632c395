/** The acts of the demo: what happens, and what on-call must and must not hear of it. */

import type { Stage } from '../../dev/stage/stage.ts';
import { type FaultOptions, respond } from '../../src/testing/index.ts';

/** The alerts that page. */
export const PAGES = [
  'AnthropicAuthenticationFailed',
  'AnthropicConsecutiveServerErrors',
  'AnthropicHighErrorRate',
  'AnthropicRetriesExhausted',
] as const;

/** One act. */
export interface Act {
  readonly name: string;
  readonly story: string;
  /** The service that the act is about. */
  readonly service: 'chat' | 'reports';
  /** The pages that must come. Every other must stay silent. */
  readonly expected: readonly (typeof PAGES)[number][];
  play(stage: Stage): Promise<void>;
}

/** The responses of a healthy API: now faster, now slower, as the real one is. */
export const HEALTHY: FaultOptions = {
  rate: 1,
  responses: [150, 200, 250, 350, 800].map((delayMs) => respond.slow({ delayMs, eventDelayMs: 20 })),
};

/** The acts in order. */
export const ACTS: readonly Act[] = [
  {
    name: 'healthy traffic',
    story: '90 calls of both services, half of them streamed.',
    service: 'chat',
    expected: [],
    async play({ chat, reports }) {
      await Promise.all([chat.askMany(60, 6), reports.askMany(30, 3)]);
    },
  },
  {
    name: 'one single 500',
    story: 'One response is a 500; the retry succeeds. No one has to act.',
    service: 'chat',
    expected: [],
    async play({ api, chat }) {
      await chat.askMany(10, 4);
      api.plan([respond.error(500)]);
      await chat.ask();
      await chat.askMany(10, 4);
    },
  },
  {
    name: 'a burst of 429s',
    story: '12 responses are 429; retries absorb them all.',
    service: 'chat',
    expected: [],
    async play({ api, chat }) {
      api.plan(Array.from({ length: 12 }, () => respond.error(429)));
      await chat.askMany(24, 6);
      await chat.askMany(20, 4);
    },
  },
  {
    name: 'two consecutive 500s',
    story: 'Two 500s in a row on one path. The call still succeeds, and an incident has begun.',
    service: 'chat',
    expected: ['AnthropicConsecutiveServerErrors'],
    async play({ api, chat }) {
      api.plan([respond.error(500), respond.error(500)]);
      await chat.ask();
    },
  },
  {
    name: 'a rotated key',
    story: 'The key of the report service is revoked; its very next call gets a 401.',
    service: 'reports',
    expected: ['AnthropicAuthenticationFailed'],
    async play({ api, chat, reports }) {
      api.apiKeys = [chat.apiKey];
      await reports.ask();
    },
  },
  {
    name: 'an overload until retries are exhausted',
    story: 'Every response is a 529. Calls run out of retries, and more than 5 % of them fail.',
    service: 'chat',
    expected: ['AnthropicHighErrorRate', 'AnthropicRetriesExhausted'],
    async play({ api, chat }) {
      api.faults({ rate: 1, responses: [respond.error(529, { delayMs: 60 })] });
      await chat.askMany(24, 8);
      api.faults(HEALTHY);
      await chat.askMany(10, 4);
    },
  },
];
