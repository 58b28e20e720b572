/**
 * One model of the service. The table stands for the service and is therefore not the client's catalogue: an id that the
 * catalogue has wrong is refused here.
 */
export interface ServiceModel {
  readonly id: string;
  /** As in the names of quotas. */
  readonly name: string;
  readonly provider: string;
  /** Taken by its bare id. */
  readonly direct: boolean;
  /** Reached through cross-Region profiles. */
  readonly profiles: boolean;
  /** In the table of models that batch inference supports. */
  readonly batch: boolean;
  readonly embedding: boolean;
}

type Reach = 'direct' | 'profile' | 'both';

// User Guide, "Supported Regions and models for batch inference", read 2026-11-21. One row a provider and reach.
const BATCH: readonly (readonly [provider: string, prefix: string, reach: Reach, ids: string])[] = [
  ['Amazon', 'amazon.', 'direct', 'nova-2-multimodal-embeddings-v1:0 titan-embed-image-v1 titan-embed-text-v2:0'],
  ['Amazon', 'amazon.', 'both', 'nova-lite-v1:0 nova-micro-v1:0 nova-pro-v1:0'],
  ['Amazon', 'amazon.', 'profile', 'nova-2-lite-v1:0 nova-premier-v1:0'],
  ['Anthropic', 'anthropic.claude-', 'direct', '3-haiku-20240307-v1:0'],
  [
    'Anthropic',
    'anthropic.claude-',
    'both',
    '3-opus-20240229-v1:0 3-sonnet-20240229-v1:0 3-5-haiku-20241022-v1:0 3-5-sonnet-20240620-v1:0 3-5-sonnet-20241022-v2:0 sonnet-4-6',
  ],
  [
    'Anthropic',
    'anthropic.claude-',
    'profile',
    '3-7-sonnet-20250219-v1:0 sonnet-4-20250514-v1:0 sonnet-4-5-20250929-v1:0 haiku-4-5-20251001-v1:0 opus-4-5-20251101-v1:0 opus-4-6-v1 opus-5',
  ],
  ['DeepSeek', 'deepseek.', 'direct', 'v3-v1:0 v3.2'],
  ['Google', 'google.', 'direct', 'gemma-3-4b-it gemma-3-12b-it gemma-3-27b-it'],
  ['Meta', 'meta.', 'direct', 'llama3-1-405b-instruct-v1:0'],
  ['Meta', 'meta.', 'both', 'llama3-1-70b-instruct-v1:0 llama3-1-8b-instruct-v1:0 llama3-3-70b-instruct-v1:0'],
  [
    'Meta',
    'meta.',
    'profile',
    'llama3-2-1b-instruct-v1:0 llama3-2-3b-instruct-v1:0 llama3-2-11b-instruct-v1:0 llama3-2-90b-instruct-v1:0 llama4-maverick-17b-instruct-v1:0 llama4-scout-17b-instruct-v1:0',
  ],
  ['MiniMax', 'minimax.', 'direct', 'minimax-m2 minimax-m2.1'],
  [
    'Mistral AI',
    'mistral.',
    'direct',
    'mistral-large-2407-v1:0 mistral-small-2402-v1:0 mistral-large-3-675b-instruct ministral-3-3b-instruct ministral-3-8b-instruct ministral-3-14b-instruct magistral-small-2509 devstral-2-123b voxtral-mini-3b-2507 voxtral-small-24b-2507',
  ],
  ['Moonshot AI', 'moonshot', 'direct', '.kimi-k2-thinking ai.kimi-k2.5'],
  ['NVIDIA', 'nvidia.', 'direct', 'nemotron-nano-9b-v2 nemotron-nano-12b-v2 nemotron-nano-3-30b'],
  ['OpenAI', 'openai.', 'direct', 'gpt-oss-20b-1:0 gpt-oss-120b-1:0 gpt-oss-safeguard-20b gpt-oss-safeguard-120b'],
  [
    'Qwen',
    'qwen.',
    'direct',
    'qwen3-32b-v1:0 qwen3-235b-a22b-2507-v1:0 qwen3-coder-30b-a3b-v1:0 qwen3-coder-480b-a35b-v1:0 qwen3-coder-next qwen3-next-80b-a3b qwen3-vl-235b-a22b',
  ],
  ['Z.AI', 'zai.', 'direct', 'glm-4.7 glm-4.7-flash'],
];

// Models of the service that are not in that table: batch inference refuses them.
const ON_DEMAND_ONLY: readonly (readonly [provider: string, reach: Reach, ids: string])[] = [
  ['Amazon', 'direct', 'amazon.titan-embed-text-v1 amazon.titan-text-express-v1 amazon.titan-text-lite-v1'],
  [
    'Anthropic',
    'profile',
    'anthropic.claude-sonnet-5 anthropic.claude-opus-4-20250514-v1:0 anthropic.claude-opus-4-1-20250805-v1:0',
  ],
  ['Cohere', 'direct', 'cohere.embed-english-v3 cohere.embed-multilingual-v3 cohere.command-r-v1:0 cohere.command-r-plus-v1:0'],
  ['Cohere', 'both', 'cohere.embed-v4:0'],
  ['AI21 Labs', 'direct', 'ai21.jamba-1-5-large-v1:0 ai21.jamba-1-5-mini-v1:0'],
  ['DeepSeek', 'profile', 'deepseek.r1-v1:0'],
  ['TwelveLabs', 'both', 'twelvelabs.pegasus-1-2-v1:0'],
];

const NAMES: Readonly<Record<string, string>> = {
  'amazon.nova-2-multimodal-embeddings-v1:0': 'Amazon Nova 2 Multimodal Embeddings V1',
  'amazon.nova-lite-v1:0': 'Nova Lite V1',
  'amazon.nova-micro-v1:0': 'Nova Micro V1',
  'amazon.nova-pro-v1:0': 'Nova Pro V1',
  'amazon.nova-premier-v1:0': 'Nova Premier V1',
  'amazon.titan-embed-text-v2:0': 'Titan Text Embeddings V2',
  'amazon.titan-embed-image-v1': 'Titan Multimodal Embeddings G1',
  'anthropic.claude-3-5-sonnet-20240620-v1:0': 'Claude 3.5 Sonnet',
  'anthropic.claude-3-5-sonnet-20241022-v2:0': 'Claude 3.5 Sonnet v2',
  // The full stop stands in the service's own row.
  'anthropic.claude-sonnet-4-5-20250929-v1:0': 'Claude Sonnet 4.5.',
  'deepseek.v3-v1:0': 'DeepSeek v3',
};

/** `anthropic.claude-3-haiku-20240307-v1:0` as `Claude 3 Haiku`, where no name is on record. */
function nameFrom(id: string): string {
  const words = id
    .slice(id.indexOf('.') + 1)
    .replace(/-\d{8}/, '')
    .replace(/-v\d+(:\d+)?$|:\d+$/, '')
    .replace(/(\d)-(\d)(?=-|$)/g, '$1.$2')
    .split('-');
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ');
}

function modelOf(provider: string, id: string, reach: Reach, batch: boolean): ServiceModel {
  const name = NAMES[id] ?? nameFrom(id);
  return { id, name, provider, direct: reach !== 'profile', profiles: reach !== 'direct', batch, embedding: /embed/.test(id) };
}

/** Every model that the local Bedrock knows. */
export const SERVICE_MODELS: readonly ServiceModel[] = [
  ...BATCH.flatMap(([provider, prefix, reach, ids]) => ids.split(' ').map((id) => modelOf(provider, prefix + id, reach, true))),
  ...ON_DEMAND_ONLY.flatMap(([provider, reach, ids]) => ids.split(' ').map((id) => modelOf(provider, id, reach, false))),
];

/** A model that the user added by its id: taken for batch by its bare id and by profiles. */
export function addedModel(id: string): ServiceModel {
  return modelOf(id.slice(0, id.indexOf('.')) || 'Custom', id, 'both', true);
}
