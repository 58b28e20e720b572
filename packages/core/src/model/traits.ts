import type { ModelTraits } from './family.ts';

const text = { thinking: 'none', media: ['document'] } as const satisfies ModelTraits;
const sees = { thinking: 'none', media: ['image', 'document'] } as const satisfies ModelTraits;
const seesFilms = { thinking: 'none', media: ['image', 'document', 'video'] } as const satisfies ModelTraits;
const hears = { thinking: 'none', media: ['audio', 'document'] } as const satisfies ModelTraits;

/** Models with open weights that take schemas, and `strict` with them. */
const structured = { takesSchema: true, takesStrictTools: true } as const satisfies ModelTraits;
/** The newer ones of Mistral, in the shape of OpenAI. */
const mistral = { thinking: 'none', shortToolIds: true, ...structured } as const satisfies ModelTraits;
/** They are told by an effort how much to think. */
const gptOss = { ...text, ...structured, thinking: 'adaptive' } as const satisfies ModelTraits;

/** Claude 3.7 to 4.5. */
const budget = { ...sees, thinking: 'budget' } as const satisfies ModelTraits;
/** Claude 4.5: temperature and top_p together are refused (Anthropic, What's new in Claude 4.5, 2025). */
const claude45 = { ...budget, onlyTemperatureOrTopP: true, takesStrictTools: true } as const satisfies ModelTraits;
/** Claude 4.6: thinks by effort, and refuses the beginning of an answer (Anthropic, What's new in Claude 4.6, 2026). */
const claude46 = { ...claude45, thinking: 'adaptive', refusesPrefill: true } as const satisfies ModelTraits;

/**
 * What the models of the catalogue take, by id. Media: Bedrock User Guide, supported foundation models, 2026-11; documents are
 * Converse's (their text is taken out by the service). Schemas and `strict` of Claude: Bedrock User Guide, Get validated JSON
 * results, 2026, less the models that @ai-sdk/amazon-bedrock 4.0.186 (2026-11) found to fail with them: Haiku 4.5 and Sonnet 4.6
 * for schemas, Opus 5 for both; of the others and their media: github.com/anomalyco/models.dev, Bedrock, snapshot of 2026-07-02.
 */
export const TRAITS: Readonly<Record<string, ModelTraits>> = {
  'amazon.nova-micro-v1:0': { thinking: 'none', media: [] },
  'amazon.nova-lite-v1:0': seesFilms,
  'amazon.nova-pro-v1:0': seesFilms,
  'amazon.nova-premier-v1:0': seesFilms,
  'amazon.nova-2-lite-v1:0': { ...seesFilms, thinking: 'adaptive' },

  'anthropic.claude-3-haiku-20240307-v1:0': sees,
  'anthropic.claude-3-opus-20240229-v1:0': sees,
  'anthropic.claude-3-sonnet-20240229-v1:0': sees,
  // whether it sees has changed over time
  'anthropic.claude-3-5-haiku-20241022-v1:0': { thinking: 'none' },
  'anthropic.claude-3-5-sonnet-20240620-v1:0': sees,
  'anthropic.claude-3-5-sonnet-20241022-v2:0': sees,
  'anthropic.claude-3-7-sonnet-20250219-v1:0': budget,
  'anthropic.claude-sonnet-4-20250514-v1:0': budget,
  'anthropic.claude-sonnet-4-5-20250929-v1:0': { ...claude45, takesSchema: true },
  'anthropic.claude-haiku-4-5-20251001-v1:0': claude45,
  'anthropic.claude-opus-4-5-20251101-v1:0': { ...claude45, takesSchema: true },
  'anthropic.claude-sonnet-4-6': claude46,
  'anthropic.claude-opus-4-6-v1': { ...claude46, takesSchema: true },
  'anthropic.claude-opus-5': { ...sees, thinking: 'adaptive', thinksByItself: true, refusesSampling: true, refusesPrefill: true },

  'deepseek.v3-v1:0': { ...text, ...structured },
  'deepseek.v3.2': { ...text, ...structured },
  'google.gemma-3-4b-it': sees,
  'google.gemma-3-12b-it': { ...sees, ...structured },
  'google.gemma-3-27b-it': { ...sees, ...structured },
  'meta.llama3-1-8b-instruct-v1:0': text,
  'meta.llama3-1-70b-instruct-v1:0': text,
  'meta.llama3-1-405b-instruct-v1:0': text,
  'meta.llama3-2-1b-instruct-v1:0': text,
  'meta.llama3-2-3b-instruct-v1:0': text,
  'meta.llama3-2-11b-instruct-v1:0': sees,
  'meta.llama3-2-90b-instruct-v1:0': sees,
  'meta.llama3-3-70b-instruct-v1:0': text,
  'meta.llama4-scout-17b-instruct-v1:0': sees,
  'meta.llama4-maverick-17b-instruct-v1:0': sees,
  'minimax.minimax-m2': text,
  'minimax.minimax-m2.1': text,
  'mistral.mistral-small-2402-v1:0': text,
  'mistral.mistral-large-2407-v1:0': text,
  'mistral.mistral-large-3-675b-instruct': { ...mistral, ...sees },
  'mistral.ministral-3-3b-instruct': { ...mistral, ...sees },
  // whether these two see is told otherwise by the vendor than by public tables
  'mistral.ministral-3-8b-instruct': mistral,
  'mistral.ministral-3-14b-instruct': mistral,
  'mistral.magistral-small-2509': { ...mistral, ...sees },
  'mistral.devstral-2-123b': { ...mistral, ...text },
  'mistral.voxtral-mini-3b-2507': { ...mistral, ...hears },
  'mistral.voxtral-small-24b-2507': { ...mistral, ...hears },
  'moonshot.kimi-k2-thinking': { ...text, ...structured },
  'moonshotai.kimi-k2.5': { ...sees, ...structured },
  'nvidia.nemotron-nano-9b-v2': { ...text, ...structured },
  'nvidia.nemotron-nano-12b-v2': { ...sees, ...structured },
  'nvidia.nemotron-nano-3-30b': { ...text, ...structured },
  'openai.gpt-oss-20b-1:0': gptOss,
  'openai.gpt-oss-120b-1:0': gptOss,
  'openai.gpt-oss-safeguard-20b': gptOss,
  'openai.gpt-oss-safeguard-120b': gptOss,
  'qwen.qwen3-32b-v1:0': { ...text, ...structured },
  'qwen.qwen3-235b-a22b-2507-v1:0': { ...text, ...structured },
  'qwen.qwen3-coder-30b-a3b-v1:0': { ...text, ...structured },
  'qwen.qwen3-coder-480b-a35b-v1:0': { ...text, ...structured },
  'qwen.qwen3-coder-next': { ...text, ...structured },
  'qwen.qwen3-next-80b-a3b': { ...text, ...structured },
  'qwen.qwen3-vl-235b-a22b': { ...sees, ...structured },
  'zai.glm-4.7': { ...text, ...structured },
  'zai.glm-4.7-flash': { ...text, ...structured },
};
