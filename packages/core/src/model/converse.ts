import { converseAnswer } from './converse-answer.ts';
import { converseChat } from './converse-chat.ts';
import { converseReply } from './converse-reply.ts';
import type { Family, RequestInput } from './family.ts';
import type { JsonObject } from './json.ts';
import { type ParamSpec, parseParamsBy } from './params.ts';
import { present } from './reading.ts';

/** Bedrock API Reference, InferenceConfiguration, 2026-11. None has a default of ours: the model's holds. */
const params: readonly ParamSpec[] = [
  { name: 'max_tokens', kind: 'integer', min: 1, about: 'most tokens of an answer' },
  { name: 'temperature', kind: 'number', min: 0, max: 1, about: 'randomness' },
  { name: 'top_p', kind: 'number', min: 0, max: 1, about: 'nucleus sampling' },
  { name: 'stop_sequences', kind: 'strings', max: 2500, about: 'texts that end an answer' },
];

/** The Converse shape: any chat model, in jobs of invocation type `Converse` (2026-02). */
export const converse: Family = {
  name: 'converse',
  keepsTexts: true,
  task: 'text',
  invocationType: 'Converse',
  params,
  parseParams: (raw) => parseParamsBy(params, 'converse', raw),
  request: ({ text, system, params: values }: RequestInput): JsonObject => {
    const inferenceConfig = present({
      maxTokens: values['max_tokens'],
      temperature: values['temperature'],
      topP: values['top_p'],
      stopSequences: values['stop_sequences'],
    });
    return present({
      messages: [{ role: 'user', content: [{ text }] }],
      system: system === undefined ? undefined : [{ text: system }],
      inferenceConfig: Object.keys(inferenceConfig).length > 0 ? inferenceConfig : undefined,
    }) as JsonObject;
  },
  sentinel: () => converse.request({ text: '.', params: { max_tokens: 1 } }),
  // Bedrock User Guide, Batch inference, 2026-11: records that include toolConfig fail with a 400 error
  refusesTools: 'the service fails each record of such a job that has tools',
  chat: converseChat,
  reply: converseReply,
  answer: converseAnswer,
};
