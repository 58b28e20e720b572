import type { ChatReply, ChatRequest, UnsupportedSink } from './chat.ts';
import type { Answer, Family, ModelTraits, RequestInput } from './family.ts';
import type { JsonFields, JsonObject } from './json.ts';
import { type ParamSpec, parseParamsBy } from './params.ts';
import { plainConversation } from './prompt-text.ts';
import { present, property, stringOrEmpty } from './reading.ts';
import { replyOf } from './reply-reading.ts';
import { samplingOf } from './sampling.ts';

/** Bedrock User Guide, Mistral AI text completion, 2026-11. */
const params: readonly ParamSpec[] = [
  { name: 'max_tokens', kind: 'integer', min: 1, max: 8192, about: 'most tokens of an answer' },
  { name: 'temperature', kind: 'number', min: 0, max: 1, about: 'randomness' },
  { name: 'top_p', kind: 'number', min: 0, max: 1, about: 'nucleus sampling' },
  { name: 'top_k', kind: 'integer', min: 1, max: 200, about: 'sample from the k likeliest tokens' },
  { name: 'stop_sequences', kind: 'strings', max: 10, about: 'texts that end an answer' },
];

/** Mistral's first models (Small 24.02), as InvokeModel takes them: one text with `[INST]` marks. */
export const mistralPrompt: Family = {
  name: 'mistral-prompt',
  task: 'text',
  invocationType: 'InvokeModel',
  params,
  parseParams: (raw) => parseParamsBy(params, 'mistral-prompt', raw),
  request: ({ text, system, params: values }: RequestInput): JsonObject =>
    present({
      prompt: `<s>[INST] ${system === undefined ? '' : `${system}\n\n`}${text} [/INST]`,
      max_tokens: values['max_tokens'],
      temperature: values['temperature'],
      top_p: values['top_p'],
      top_k: values['top_k'],
      stop: values['stop_sequences'],
    }) as JsonObject,
  sentinel: () => mistralPrompt.request({ text: '.', params: { max_tokens: 1 } }),
  refusesTools: 'InvokeModel takes one text of it, and no tools',
  chat,
  reply,
  answer,
};

/** Instructions go before the first turn: the template has no place of their own for them. */
function chat(request: ChatRequest, traits: ModelTraits, sink: UnsupportedSink): JsonObject {
  const { system, turns } = plainConversation(request, traits, ['[INST]', '[/INST]', '<s>', '</s>'], sink);
  let prompt = '<s>';
  turns.forEach(({ role, text }, i) => {
    if (role === 'user') prompt += `[INST] ${i === 0 && system !== '' ? `${system}\n\n` : ''}${text} [/INST]`;
    else prompt += i === turns.length - 1 ? ` ${text}` : ` ${text}</s>`;
  });
  const body: JsonFields = { prompt };
  const { temperature, topP, topK } = samplingOf(request, traits, sink);
  if (request.maxTokens !== undefined) body['max_tokens'] = request.maxTokens;
  if (temperature !== undefined) body['temperature'] = temperature;
  if (topP !== undefined) body['top_p'] = topP;
  if (topK !== undefined) body['top_k'] = topK;
  if (request.stop !== undefined && request.stop.length > 0) body['stop'] = request.stop;
  return body;
}

function firstOutput(modelOutput: unknown): unknown {
  const outputs = property(modelOutput, 'outputs');
  return Array.isArray(outputs) ? outputs[0] : undefined;
}

/** Its answers carry no usage. */
function answer(modelOutput: unknown): Answer | undefined {
  const output = firstOutput(modelOutput);
  const text = property(output, 'text');
  if (typeof text !== 'string') return undefined;
  return { text, stopReason: stringOrEmpty(property(output, 'stop_reason')) };
}

function reply(modelOutput: unknown): ChatReply | undefined {
  const read = answer(modelOutput);
  if (read === undefined) return undefined;
  const finish = read.stopReason === 'length' ? 'length' : 'stop';
  return replyOf({ texts: [read.text ?? ''], thoughts: [], calls: [], finish, stopReason: read.stopReason, usage: undefined });
}
