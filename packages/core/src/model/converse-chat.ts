import { planFormat } from './answer-format.ts';
import { planThinking } from './anthropic-thinking.ts';
import type { ChatRequest, UnsupportedSink } from './chat.ts';
import { converseMessages, converseSystem } from './converse-messages.ts';
import { reportExtras } from './extras.ts';
import type { ModelTraits } from './family.ts';
import type { JsonFields, JsonObject } from './json.ts';
import { HIGH_EFFORT, novaReasoning } from './nova-chat.ts';
import { requestMetadata } from './request-metadata.ts';
import { samplingOf } from './sampling.ts';
import { needsTools } from './tool-use.ts';
import { impossible, leftOut } from './unsupported.ts';

const MEDIA = ['image', 'document', 'audio', 'video'] as const;

/** What the model's own words for thinking make of the rest. */
interface OwnWords {
  /** Fields of `additionalModelRequestFields`. */
  readonly fields: JsonFields;
  readonly maxTokens: number | undefined;
  /** Why nothing is sampled. */
  readonly refusedBy?: string;
}

/** A conversation as Converse takes it in a batch job: without tools (API Reference, ConverseRequest, 2026-11). */
export function converseChat(request: ChatRequest, traits: ModelTraits, sink: UnsupportedSink): JsonObject {
  if (needsTools(request)) {
    // Bedrock User Guide, Batch inference, 2026-11: records that include toolConfig fail with a 400 error
    impossible(sink, 'tools_not_supported', 'tools', 'a job of type Converse fails each record that has tools: take InvokeModel');
  }
  const format = planFormat(request.format, { hasField: traits.takesSchema ?? false, canForce: false }, sink);
  const own = ownWords(request, traits, sink);
  const sampling = samplingOf(request, traits, sink, own.refusedBy);

  const rules = { traits, kinds: MEDIA, names: new Set<string>(), takesTtl: true };
  const body: JsonFields = { messages: converseMessages(request, rules, sink) };
  const system = converseSystem(request.system, format?.kind === 'instruction' ? format.text : undefined, rules, sink);
  if (system !== undefined) body['system'] = system;
  const config: JsonFields = {};
  if (own.maxTokens !== undefined) config['maxTokens'] = own.maxTokens;
  if (sampling.temperature !== undefined) config['temperature'] = sampling.temperature;
  if (sampling.topP !== undefined) config['topP'] = sampling.topP;
  if (request.stop !== undefined && request.stop.length > 0) config['stopSequences'] = request.stop;
  if (Object.keys(config).length > 0) body['inferenceConfig'] = config;
  const { fields } = own;
  if (sampling.topK !== undefined) addTopK(fields, sampling.topK, traits, sink);
  if (Object.keys(fields).length > 0) body['additionalModelRequestFields'] = fields;
  const metadata = requestMetadata(request, sink);
  if (metadata !== undefined) body['requestMetadata'] = metadata;
  if (format?.kind === 'native') {
    const { name, description, schema } = format.format;
    const jsonSchema: JsonFields = { schema: JSON.stringify(schema), name };
    if (description !== undefined) jsonSchema['description'] = description;
    body['outputConfig'] = { textFormat: { type: 'json_schema', structure: { jsonSchema } } };
  }
  reportExtras(request, sink);
  return body;
}

function ownWords(request: ChatRequest, traits: ModelTraits, sink: UnsupportedSink): OwnWords {
  const { maxTokens, reasoning } = request;
  if (traits.native === 'anthropic') {
    const plan = planThinking(request, traits, false, sink);
    const fields: JsonFields = {};
    if (plan.thinking !== undefined) fields['thinking'] = plan.thinking;
    if (plan.effort !== undefined) fields['output_config'] = { effort: plan.effort };
    if (!plan.isThinking) return { fields, maxTokens };
    return { fields, maxTokens: maxTokens ?? plan.maxTokens, refusedBy: 'Claude takes it only while it does not think' };
  }
  if (traits.native === 'nova') {
    const config = novaReasoning(request, traits, sink);
    const fields: JsonFields = config === undefined ? {} : { reasoningConfig: config };
    if (config?.['maxReasoningEffort'] !== 'high') return { fields, maxTokens };
    if (maxTokens !== undefined) {
      leftOut(sink, 'max_tokens_not_supported', 'max_tokens', `max_tokens is left out: ${HIGH_EFFORT}`);
    }
    return { fields, maxTokens: undefined, refusedBy: HIGH_EFFORT };
  }
  if (reasoning === undefined || reasoning === 'none') return { fields: {}, maxTokens };
  if (traits.thinking !== undefined && traits.thinking !== 'none') {
    return { fields: { reasoning_effort: reasoning }, maxTokens };
  }
  leftOut(
    sink,
    'reasoning_not_supported',
    'reasoning_effort',
    'reasoning_effort is left out: it is not known how this model is told to think',
  );
  return { fields: {}, maxTokens };
}

/** Converse has no word for it: Claude's and Nova's own are passed through. */
function addTopK(fields: JsonFields, topK: number, { native }: ModelTraits, sink: UnsupportedSink): void {
  if (native === 'anthropic') fields['top_k'] = topK;
  else if (native === 'nova') fields['inferenceConfig'] = { topK };
  else leftOut(sink, 'top_k_not_supported', 'top_k', 'top_k is left out: Converse has no word for it, nor has this model');
}
