import type { Price } from './catalogue.ts';

const GENAI_PRICES = 'npm @pydantic/genai-prices 0.1.8, provider aws, US Regions';
const GENAI_PRICES_DATE = '2026-11-21';

/** USD per million tokens, on demand, as the price table of that package says. */
function usd(input: number, output: number): Price {
  return { input, output, source: GENAI_PRICES, date: GENAI_PRICES_DATE };
}

/**
 * On-demand prices in USD per million tokens by model id; batch is half ("50 % of on-demand for select foundation models",
 * Amazon Bedrock pricing page, 2026-11). A model that is not here has no known price: some have no batch price at all.
 */
export const PRICES: Readonly<Record<string, Price>> = {
  'anthropic.claude-3-haiku-20240307-v1:0': usd(0.25, 1.25),
  'anthropic.claude-3-5-haiku-20241022-v1:0': usd(0.8, 4),
  'anthropic.claude-3-5-sonnet-20240620-v1:0': usd(3, 15),
  'anthropic.claude-3-5-sonnet-20241022-v2:0': usd(3, 15),
  'anthropic.claude-3-7-sonnet-20250219-v1:0': usd(3, 15),
  'anthropic.claude-sonnet-4-20250514-v1:0': usd(3, 15),
  'anthropic.claude-haiku-4-5-20251001-v1:0': usd(1, 5),
  'anthropic.claude-sonnet-4-5-20250929-v1:0': usd(3, 15),
  'amazon.nova-micro-v1:0': usd(0.035, 0.14),
  'amazon.nova-lite-v1:0': usd(0.06, 0.24),
  'amazon.nova-pro-v1:0': usd(0.8, 3.2),
  'amazon.nova-premier-v1:0': usd(2.5, 12.5),
  // that package falls back to V1's price here; 0.02 stands in two independent public repositories
  'amazon.titan-embed-text-v2:0': { input: 0.02, output: 0, source: 'two public price tables', date: '2026-11-21' },
  'meta.llama3-1-8b-instruct-v1:0': usd(0.22, 0.22),
  'meta.llama3-1-70b-instruct-v1:0': usd(0.72, 0.72),
  'meta.llama3-2-1b-instruct-v1:0': usd(0.1, 0.1),
  'meta.llama3-2-3b-instruct-v1:0': usd(0.15, 0.15),
  'meta.llama3-2-11b-instruct-v1:0': usd(0.16, 0.16),
  'meta.llama3-2-90b-instruct-v1:0': usd(0.72, 0.72),
  'meta.llama3-3-70b-instruct-v1:0': usd(0.72, 0.72),
  'meta.llama4-scout-17b-instruct-v1:0': usd(0.17, 0.66),
  'meta.llama4-maverick-17b-instruct-v1:0': usd(0.24, 0.97),
  'mistral.mistral-small-2402-v1:0': usd(1, 3),
  'openai.gpt-oss-20b-1:0': usd(0.07, 0.3),
  'openai.gpt-oss-120b-1:0': usd(0.15, 0.6),
  'qwen.qwen3-32b-v1:0': usd(0.15, 0.6),
};

/** Geographic profiles (`us.`, `eu.`, …) of Claude 4.5 and later cost a tenth more than `global.`; only what was read. */
export const GEOGRAPHIC_PRICES: Readonly<Record<string, Price>> = {
  'anthropic.claude-haiku-4-5-20251001-v1:0': usd(1.1, 5.5),
  'anthropic.claude-sonnet-4-5-20250929-v1:0': usd(3.3, 16.5),
  'anthropic.claude-sonnet-4-6': usd(3.3, 16.5),
  'anthropic.claude-opus-5': usd(5.5, 27.5),
};

/** What batch inference costs: half of on demand, unless the price says otherwise. USD per million tokens. */
export function batchPrice(price: Price): { readonly input: number; readonly output: number } {
  return price.batch ?? { input: price.input / 2, output: price.output / 2 };
}
