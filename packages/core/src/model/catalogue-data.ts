import type { ModelEntry, ModelLimits } from './catalogue.ts';
import { GEOGRAPHIC_PRICES, PRICES } from './prices.ts';
import { present } from './reading.ts';
import { TRAITS } from './traits.ts';

type Extra = Pick<Partial<ModelEntry>, 'profiles' | 'limits' | 'refused'>;

/** Called by its bare id in some Regions; `direct` false: through a profile only. */
function entry(id: string, name: string, family: string, direct: boolean, extra: Extra = {}): ModelEntry {
  return present({
    id,
    name,
    family,
    task: family.includes('embed') ? 'embedding' : 'text',
    direct,
    profiles: extra.profiles ?? [],
    price: PRICES[id],
    geographicPrice: GEOGRAPHIC_PRICES[id],
    limits: extra.limits,
    refused: extra.refused,
    native: NATIVE.find(([start]) => id.startsWith(start))?.[1],
    traits: TRAITS[id],
  });
}

/** How InvokeModel speaks to them, by the beginning of an id; the first that fits. */
const NATIVE: readonly (readonly [start: string, family: string])[] = [
  ['openai.gpt-oss', 'gpt-oss'],
  ['meta.llama4', 'llama-4'],
  ['meta.llama', 'llama'],
  ['mistral.mistral-small-2402', 'mistral-prompt'],
  ['mistral.mistral-large-2407', 'mistral-chat'],
  ...['mistral.', 'deepseek.', 'google.', 'minimax.', 'moonshot', 'nvidia.', 'qwen.', 'zai.'].map(
    (start) => [start, 'openai-shaped'] as const,
  ),
];

const US = ['us'] as const;
/** The batch page says only that profiles lead to a model, not which: these are offered in messages and never forbidden. */
const GEOGRAPHIC = ['us', 'eu', 'apac'] as const;
const ALL = ['us', 'eu', 'jp', 'au', 'global'] as const;
const plain = true;
const profileOnly = false;

/** AWS General Reference, 2026-11-21: 100 GB a job for Nova Lite V1; the same for Nova Pro V1 by a secondary source. */
const hundredGb: Partial<ModelLimits> = { maxJobBytes: 100_000_000_000 };

const notInBatch = 'it is not offered for batch inference; for embeddings of text take amazon.titan-embed-text-v2:0';

/**
 * The models that batch inference offers (Bedrock User Guide, supported Regions and models for batch inference, text of
 * 2026, read on 2026-11-21). A hint and no more: the service has no call that tells, and has the last word.
 */
export const MODEL_CATALOGUE: readonly ModelEntry[] = [
  entry('amazon.nova-micro-v1:0', 'Nova Micro', 'nova', plain, { profiles: GEOGRAPHIC }),
  entry('amazon.nova-lite-v1:0', 'Nova Lite', 'nova', plain, { profiles: GEOGRAPHIC, limits: hundredGb }),
  entry('amazon.nova-pro-v1:0', 'Nova Pro', 'nova', plain, { profiles: GEOGRAPHIC, limits: hundredGb }),
  entry('amazon.nova-premier-v1:0', 'Nova Premier', 'nova', profileOnly, { profiles: US }),
  entry('amazon.nova-2-lite-v1:0', 'Nova 2 Lite', 'nova', profileOnly, { profiles: ALL }),
  entry('amazon.titan-embed-text-v2:0', 'Titan Text Embeddings V2', 'titan-embed-text', plain),

  entry('anthropic.claude-3-haiku-20240307-v1:0', 'Claude 3 Haiku', 'anthropic', plain),
  entry('anthropic.claude-3-opus-20240229-v1:0', 'Claude 3 Opus', 'anthropic', plain, { profiles: GEOGRAPHIC }),
  entry('anthropic.claude-3-sonnet-20240229-v1:0', 'Claude 3 Sonnet', 'anthropic', plain, { profiles: GEOGRAPHIC }),
  entry('anthropic.claude-3-5-haiku-20241022-v1:0', 'Claude 3.5 Haiku', 'anthropic', plain, { profiles: GEOGRAPHIC }),
  entry('anthropic.claude-3-5-sonnet-20240620-v1:0', 'Claude 3.5 Sonnet', 'anthropic', plain, { profiles: GEOGRAPHIC }),
  entry('anthropic.claude-3-5-sonnet-20241022-v2:0', 'Claude 3.5 Sonnet v2', 'anthropic', plain, { profiles: GEOGRAPHIC }),
  entry('anthropic.claude-3-7-sonnet-20250219-v1:0', 'Claude 3.7 Sonnet', 'anthropic', profileOnly, { profiles: GEOGRAPHIC }),
  entry('anthropic.claude-sonnet-4-20250514-v1:0', 'Claude Sonnet 4', 'anthropic', profileOnly, { profiles: GEOGRAPHIC }),
  entry('anthropic.claude-sonnet-4-5-20250929-v1:0', 'Claude Sonnet 4.5', 'anthropic', profileOnly, { profiles: ALL }),
  entry('anthropic.claude-haiku-4-5-20251001-v1:0', 'Claude Haiku 4.5', 'anthropic', profileOnly, { profiles: ALL }),
  entry('anthropic.claude-opus-4-5-20251101-v1:0', 'Claude Opus 4.5', 'anthropic', profileOnly, { profiles: ALL }),
  entry('anthropic.claude-sonnet-4-6', 'Claude Sonnet 4.6', 'anthropic', plain, { profiles: ALL }),
  entry('anthropic.claude-opus-4-6-v1', 'Claude Opus 4.6', 'anthropic', profileOnly, { profiles: ALL }),
  entry('anthropic.claude-opus-5', 'Claude Opus 5', 'anthropic', profileOnly, { profiles: ALL }),

  entry('deepseek.v3-v1:0', 'DeepSeek V3.1', 'converse', plain),
  entry('deepseek.v3.2', 'DeepSeek V3.2', 'converse', plain),
  entry('google.gemma-3-4b-it', 'Gemma 3 4B', 'converse', plain),
  entry('google.gemma-3-12b-it', 'Gemma 3 12B', 'converse', plain),
  entry('google.gemma-3-27b-it', 'Gemma 3 27B', 'converse', plain),

  entry('meta.llama3-1-8b-instruct-v1:0', 'Llama 3.1 8B Instruct', 'converse', plain, { profiles: US }),
  entry('meta.llama3-1-70b-instruct-v1:0', 'Llama 3.1 70B Instruct', 'converse', plain, { profiles: US }),
  entry('meta.llama3-1-405b-instruct-v1:0', 'Llama 3.1 405B Instruct', 'converse', plain),
  entry('meta.llama3-2-1b-instruct-v1:0', 'Llama 3.2 1B Instruct', 'converse', profileOnly, { profiles: US }),
  entry('meta.llama3-2-3b-instruct-v1:0', 'Llama 3.2 3B Instruct', 'converse', profileOnly, { profiles: US }),
  entry('meta.llama3-2-11b-instruct-v1:0', 'Llama 3.2 11B Instruct', 'converse', profileOnly, { profiles: US }),
  entry('meta.llama3-2-90b-instruct-v1:0', 'Llama 3.2 90B Instruct', 'converse', profileOnly, { profiles: US }),
  entry('meta.llama3-3-70b-instruct-v1:0', 'Llama 3.3 70B Instruct', 'converse', profileOnly, { profiles: US }),
  entry('meta.llama4-scout-17b-instruct-v1:0', 'Llama 4 Scout 17B', 'converse', profileOnly, { profiles: US }),
  entry('meta.llama4-maverick-17b-instruct-v1:0', 'Llama 4 Maverick 17B', 'converse', profileOnly, { profiles: US }),

  entry('minimax.minimax-m2', 'MiniMax M2', 'converse', plain),
  entry('minimax.minimax-m2.1', 'MiniMax M2.1', 'converse', plain),
  entry('mistral.mistral-small-2402-v1:0', 'Mistral Small (24.02)', 'converse', plain),
  entry('mistral.mistral-large-2407-v1:0', 'Mistral Large (24.07)', 'converse', plain),
  entry('mistral.mistral-large-3-675b-instruct', 'Mistral Large 3', 'converse', plain),
  entry('mistral.ministral-3-3b-instruct', 'Ministral 3 3B', 'converse', plain),
  entry('mistral.ministral-3-8b-instruct', 'Ministral 3 8B', 'converse', plain),
  entry('mistral.ministral-3-14b-instruct', 'Ministral 3 14B', 'converse', plain),
  entry('mistral.magistral-small-2509', 'Magistral Small (25.09)', 'converse', plain),
  entry('mistral.devstral-2-123b', 'Devstral 2 123B', 'converse', plain),
  entry('mistral.voxtral-mini-3b-2507', 'Voxtral Mini 3B', 'converse', plain),
  entry('mistral.voxtral-small-24b-2507', 'Voxtral Small 24B', 'converse', plain),
  entry('moonshot.kimi-k2-thinking', 'Kimi K2 Thinking', 'converse', plain),
  entry('moonshotai.kimi-k2.5', 'Kimi K2.5', 'converse', plain),
  entry('nvidia.nemotron-nano-9b-v2', 'Nemotron Nano 9B v2', 'converse', plain),
  entry('nvidia.nemotron-nano-12b-v2', 'Nemotron Nano 12B v2', 'converse', plain),
  entry('nvidia.nemotron-nano-3-30b', 'Nemotron Nano 3 30B', 'converse', plain),
  entry('openai.gpt-oss-20b-1:0', 'gpt-oss-20b', 'converse', plain),
  entry('openai.gpt-oss-120b-1:0', 'gpt-oss-120b', 'converse', plain),
  entry('openai.gpt-oss-safeguard-20b', 'gpt-oss-safeguard-20b', 'converse', plain),
  entry('openai.gpt-oss-safeguard-120b', 'gpt-oss-safeguard-120b', 'converse', plain),
  entry('qwen.qwen3-32b-v1:0', 'Qwen3 32B', 'converse', plain),
  entry('qwen.qwen3-235b-a22b-2507-v1:0', 'Qwen3 235B A22B 2507', 'converse', plain),
  entry('qwen.qwen3-coder-30b-a3b-v1:0', 'Qwen3 Coder 30B', 'converse', plain),
  entry('qwen.qwen3-coder-480b-a35b-v1:0', 'Qwen3 Coder 480B', 'converse', plain),
  entry('qwen.qwen3-coder-next', 'Qwen3 Coder Next', 'converse', plain),
  entry('qwen.qwen3-next-80b-a3b', 'Qwen3 Next 80B', 'converse', plain),
  entry('qwen.qwen3-vl-235b-a22b', 'Qwen3 VL 235B', 'converse', plain),
  entry('zai.glm-4.7', 'GLM 4.7', 'converse', plain),
  entry('zai.glm-4.7-flash', 'GLM 4.7 Flash', 'converse', plain),

  entry('amazon.nova-2-multimodal-embeddings-v1:0', 'Nova Multimodal Embeddings', 'nova-embed', plain, {
    limits: hundredGb,
  }),
  entry('amazon.titan-embed-image-v1', 'Titan Multimodal Embeddings G1', 'titan-embed-image', plain),
  entry('amazon.titan-embed-text-v1', 'Titan Text Embeddings V1', 'titan-embed-text', plain, { refused: notInBatch }),
  entry('cohere.embed-english-v3', 'Cohere Embed English v3', 'cohere-embed-v3', plain, { refused: notInBatch }),
  entry('cohere.embed-multilingual-v3', 'Cohere Embed Multilingual v3', 'cohere-embed-v3', plain, { refused: notInBatch }),
  entry('cohere.embed-v4:0', 'Cohere Embed v4', 'cohere-embed-v4', plain, { refused: notInBatch }),
];

const BY_ID: ReadonlyMap<string, ModelEntry> = new Map(MODEL_CATALOGUE.map((each) => [each.id, each]));

/** The entry of a base id (no profile prefix), also with a context suffix as custom models carry it (`…-v1:0:48k`). */
export function catalogueEntry(baseId: string, catalogue?: readonly ModelEntry[]): ModelEntry | undefined {
  const find = (id: string) => (catalogue === undefined ? BY_ID.get(id) : catalogue.find((each) => each.id === id));
  return find(baseId) ?? find(baseId.replace(/:[0-9a-z]+$/, ''));
}
