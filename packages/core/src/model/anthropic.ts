import { anthropicChat } from './anthropic-chat.ts';
import { anthropicReply } from './anthropic-reply.ts';
import type { Answer, Family, RequestInput } from './family.ts';
import type { JsonObject } from './json.ts';
import { type ParamSpec, parseParamsBy } from './params.ts';
import { count, present, property, stringOrEmpty } from './reading.ts';

/**
 * Anthropic requires `max_tokens`; 1,024 is our default, as in the User Guide's example of a batch record (2026-11). Ranges of
 * temperature and top_p: Bedrock API Reference, InferenceConfiguration, 2026-11. No largest top_k is checked here.
 */
const params: readonly ParamSpec[] = [
  { name: 'max_tokens', kind: 'integer', min: 1, byDefault: 1024, about: 'most tokens of an answer' },
  { name: 'temperature', kind: 'number', min: 0, max: 1, about: 'randomness' },
  { name: 'top_p', kind: 'number', min: 0, max: 1, about: 'nucleus sampling' },
  { name: 'top_k', kind: 'integer', min: 0, about: 'sample from the k likeliest tokens' },
  { name: 'stop_sequences', kind: 'strings', about: 'texts that end an answer' },
];

/** Anthropic Messages, as InvokeModel takes it: every Claude. */
export const anthropic: Family = {
  name: 'anthropic',
  keepsTexts: true,
  task: 'text',
  invocationType: 'InvokeModel',
  params,
  parseParams: (raw) => parseParamsBy(params, 'anthropic', raw),
  request: ({ text, system, params: values }: RequestInput): JsonObject =>
    present({
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: values['max_tokens'] ?? 1024,
      system,
      messages: [{ role: 'user', content: [{ type: 'text', text }] }],
      temperature: values['temperature'],
      top_p: values['top_p'],
      top_k: values['top_k'],
      stop_sequences: values['stop_sequences'],
    }) as JsonObject,
  sentinel: () => anthropic.request({ text: '.', params: { max_tokens: 1 } }),
  chat: anthropicChat,
  reply: anthropicReply,
  answer,
};

/** Text blocks are joined; thinking and tool blocks carry no answer text. */
function answer(modelOutput: unknown): Answer | undefined {
  const content = property(modelOutput, 'content');
  if (!Array.isArray(content)) return undefined;
  const texts = content.filter((block) => property(block, 'type') === 'text').map((block) => property(block, 'text'));
  const usage = property(modelOutput, 'usage');
  return present({
    text: texts.map(stringOrEmpty).join(''),
    stopReason: stringOrEmpty(property(modelOutput, 'stop_reason')),
    inputTokens: count(property(usage, 'input_tokens')),
    outputTokens: count(property(usage, 'output_tokens')),
  });
}
