/**
 * List prices in USD, from the vendor's pricing page (https://platform.claude.com/docs/en/about-claude/pricing) and the pages that it links, as of
 * October and November 2026. They exclude taxes, discounts, and the surcharges of regional endpoints of Amazon Bedrock and Google Cloud.
 */

/** The prices of one model family, in USD per million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  /** Writing to the prompt cache with the 5-minute lifetime. */
  readonly cacheWrite5m: number;
  /** Writing to the prompt cache with the 1-hour lifetime. */
  readonly cacheWrite1h: number;
  /** Prices of fast mode, if the model has one. Prompt-cache prices rise in proportion to `input`. */
  readonly fast?: Pick<Price, 'input' | 'output'>;
  /** Prices for every token, including cached ones, of a prompt of more than `above` tokens. */
  readonly longPrompt?: Omit<Price, 'fast' | 'longPrompt'> & { readonly above: number };
}

/** Prices by model family. A key is the start of a model id, without platform prefix and date. */
export type PriceTable = Readonly<Record<string, Price>>;

/** When the table below was last compared with the vendor's page. */
export const PRICES_DATE = '2026-11';

/** The price factor for tokens of a Message Batch: https://platform.claude.com/docs/en/build-with-claude/batch-processing. */
export const BATCH_FACTOR = 0.5;

/**
 * The price factor for all tokens if inference is kept in the US (`usage.inference_geo` is `us`):
 * https://platform.claude.com/docs/en/manage-claude/data-residency.
 */
export const US_FACTOR = 1.1;

/**
 * The price of one web search: 10 USD for 1,000. A failed search is not billed, and the API does not count it. Web fetches cost only
 * their tokens. Code execution is free together with web search or web fetch. Otherwise it costs 0.05 USD per container hour above
 * 1,550 hours a month. No response states these hours, so code execution is counted but not priced.
 */
export const WEB_SEARCH_PRICE = 0.01;

const price = (input: number, write5m: number, write1h: number, read: number, output: number): Price => ({
  input,
  output,
  cacheRead: read,
  cacheWrite5m: write5m,
  cacheWrite1h: write1h,
});

/** Includes the prices of prompts of more than 200,000 tokens, from when these were in beta. */
const SONNET_4 = {
  ...price(3, 3.75, 6, 0.3, 15),
  longPrompt: { above: 200_000, ...price(6, 7.5, 12, 0.6, 22.5) },
};

/** The default price table. */
export const PRICES: PriceTable = {
  'claude-fable-5-2': price(8, 10, 16, 0.2, 40),
  'claude-fable-5-1': price(10, 12.5, 20, 0.25, 50),
  'claude-mythos-5-1': price(10, 12.5, 20, 0.25, 50),
  'claude-fable-5': price(10, 12.5, 20, 1, 50),
  'claude-mythos-5': price(10, 12.5, 20, 1, 50),
  'claude-opus-5-5': { ...price(4, 5, 8, 0.2, 20), fast: { input: 8, output: 40 } },
  'claude-opus-5': { ...price(5, 6.25, 10, 0.5, 25), fast: { input: 10, output: 50 } },
  'claude-opus-4-8': price(5, 6.25, 10, 0.5, 25),
  'claude-opus-4-7': price(5, 6.25, 10, 0.5, 25),
  'claude-opus-4-6': price(5, 6.25, 10, 0.5, 25),
  'claude-opus-4-5': price(5, 6.25, 10, 0.5, 25),
  'claude-opus-4': price(15, 18.75, 30, 1.5, 75),
  'claude-opus-4-1': price(15, 18.75, 30, 1.5, 75),
  'claude-sonnet-5-5': price(2, 2.5, 4, 0.1, 10),
  'claude-sonnet-5': price(2, 2.5, 4, 0.2, 10),
  'claude-sonnet-4': SONNET_4,
  'claude-sonnet-4-5': SONNET_4,
  'claude-sonnet-4-6': price(3, 3.75, 6, 0.3, 15),
  'claude-haiku-5-5': {
    ...price(0.1, 0.125, 0.2, 0.01, 0.5),
    longPrompt: { above: 100_000, ...price(0.5, 0.625, 1, 0.05, 2.5) },
  },
  'claude-haiku-4-5': price(1, 1.25, 2, 0.1, 5),
  'claude-haiku-3-5': price(0.8, 1, 1.6, 0.08, 4),
  'claude-3-5-haiku': price(0.8, 1, 1.6, 0.08, 4),
};
