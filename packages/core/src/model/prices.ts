import type { Price } from './catalogue.ts';

const GENAI_PRICES = 'npm @pydantic/genai-prices 0.1.8, provider aws, US Regions';
const GENAI_PRICES_DATE = '2026-11-21';

/** USD per million tokens, on demand, as the price table of that package says. */
function usd(input: number, output: number): Price {
  return { input, output, source: GENAI_PRICES, date: GENAI_PRICES_DATE };
}

/** The same of another table: github.com/anomalyco/models.dev, provider amazon-bedrock, snapshot of 2026-07-02. */
function listed(input: number, output: number): Price {
  return { input, output, source: 'github.com/anomalyco/models.dev, provider amazon-bedrock', date: '2026-07-02' };
}

/**
 * On-demand prices in USD per million tokens by model id; batch is half ("50 % of on-demand for select foundation models",
 * Amazon Bedrock pricing page, 2026-11). A model that is not here has no known price: some have no batch price at all (Kimi K2.5 and GLM 4.7 have none listed, 2026-09).
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
  'anthropic.claude-opus-4-5-20251101-v1:0': listed(5, 25),
  'anthropic.claude-opus-4-6-v1': listed(5, 25),
  'anthropic.claude-sonnet-4-6': listed(3, 15),
  'deepseek.v3-v1:0': listed(0.58, 1.68),
  'deepseek.v3.2': listed(0.62, 1.85),
  'google.gemma-3-4b-it': listed(0.04, 0.08),
  'google.gemma-3-12b-it': listed(0.05, 0.1),
  'google.gemma-3-27b-it': listed(0.12, 0.2),
  'minimax.minimax-m2': listed(0.3, 1.2),
  'minimax.minimax-m2.1': listed(0.3, 1.2),
  'mistral.mistral-large-3-675b-instruct': listed(0.5, 1.5),
  'mistral.ministral-3-3b-instruct': listed(0.1, 0.1),
  'mistral.ministral-3-8b-instruct': listed(0.15, 0.15),
  'mistral.ministral-3-14b-instruct': listed(0.2, 0.2),
  'mistral.magistral-small-2509': listed(0.5, 1.5),
  'mistral.devstral-2-123b': listed(0.4, 2),
  'mistral.voxtral-mini-3b-2507': listed(0.04, 0.04),
  'mistral.voxtral-small-24b-2507': listed(0.15, 0.35),
  'moonshot.kimi-k2-thinking': listed(0.6, 2.5),
  'nvidia.nemotron-nano-9b-v2': listed(0.06, 0.23),
  'nvidia.nemotron-nano-12b-v2': listed(0.2, 0.6),
  'nvidia.nemotron-nano-3-30b': listed(0.06, 0.24),
  'openai.gpt-oss-safeguard-20b': listed(0.07, 0.2),
  'openai.gpt-oss-safeguard-120b': listed(0.15, 0.6),
  'qwen.qwen3-235b-a22b-2507-v1:0': listed(0.22, 0.88),
  'qwen.qwen3-coder-30b-a3b-v1:0': listed(0.15, 0.6),
  'qwen.qwen3-coder-480b-a35b-v1:0': listed(0.22, 1.8),
  'qwen.qwen3-coder-next': listed(0.22, 1.8),
  'qwen.qwen3-next-80b-a3b': listed(0.14, 1.4),
  'qwen.qwen3-vl-235b-a22b': listed(0.3, 1.5),
};

/** Geographic profiles (`us.`, `eu.`, …) of Claude 4.5 and later cost a tenth more than `global.`; only what was read. */
export const GEOGRAPHIC_PRICES: Readonly<Record<string, Price>> = {
  'anthropic.claude-haiku-4-5-20251001-v1:0': usd(1.1, 5.5),
  'anthropic.claude-sonnet-4-5-20250929-v1:0': usd(3.3, 16.5),
  'anthropic.claude-sonnet-4-6': usd(3.3, 16.5),
  'anthropic.claude-opus-5': usd(5.5, 27.5),
  'anthropic.claude-opus-4-5-20251101-v1:0': listed(5.5, 27.5),
  'anthropic.claude-opus-4-6-v1': listed(5.5, 27.5),
  'amazon.nova-2-lite-v1:0': listed(0.33, 2.75),
};

/** What batch inference costs: half of on demand, unless the price says otherwise. USD per million tokens. */
export function batchPrice(price: Price): { readonly input: number; readonly output: number } {
  return price.batch ?? { input: price.input / 2, output: price.output / 2 };
}
