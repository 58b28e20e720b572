import { converseAnswer } from './converse-answer.ts';
import { converseReply } from './converse-reply.ts';
import type { Family, RequestInput } from './family.ts';
import type { JsonObject } from './json.ts';
import { novaChat } from './nova-chat.ts';
import { type ParamSpec, parseParamsBy } from './params.ts';
import { present } from './reading.ts';

/**
 * Names: Amazon Nova User Guide, complete request schema, 2026-11; ranges of temperature and top_p: Bedrock API Reference,
 * InferenceConfiguration, 2026-11. None has a default of ours: the model's holds.
 */
const params: readonly ParamSpec[] = [
  { name: 'max_tokens', kind: 'integer', min: 1, about: 'most tokens of an answer' },
  { name: 'temperature', kind: 'number', min: 0, max: 1, about: 'randomness' },
  { name: 'top_p', kind: 'number', min: 0, max: 1, about: 'nucleus sampling' },
  { name: 'top_k', kind: 'integer', min: 0, about: 'sample from the k likeliest tokens' },
  { name: 'stop_sequences', kind: 'strings', about: 'texts that end an answer' },
];

/** Amazon Nova understanding models, as InvokeModel takes them. */
export const nova: Family = {
  name: 'nova',
  keepsTexts: true,
  task: 'text',
  invocationType: 'InvokeModel',
  params,
  parseParams: (raw) => parseParamsBy(params, 'nova', raw),
  request: ({ text, system, params: values }: RequestInput): JsonObject => {
    const inferenceConfig = present({
      maxTokens: values['max_tokens'],
      temperature: values['temperature'],
      topP: values['top_p'],
      topK: values['top_k'],
      stopSequences: values['stop_sequences'],
    });
    return present({
      schemaVersion: 'messages-v1',
      system: system === undefined ? undefined : [{ text: system }],
      messages: [{ role: 'user', content: [{ text }] }],
      inferenceConfig: Object.keys(inferenceConfig).length > 0 ? inferenceConfig : undefined,
    }) as JsonObject;
  },
  sentinel: () => nova.request({ text: '.', params: { max_tokens: 1 } }),
  chat: novaChat,
  reply: converseReply,
  answer: converseAnswer,
};
