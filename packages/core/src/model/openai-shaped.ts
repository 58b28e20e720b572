import type { Family, RequestInput } from './family.ts';
import type { JsonObject } from './json.ts';
import { type OpenaiDialect, openaiChat } from './openai-chat.ts';
import { openaiAnswer, openaiReply } from './openai-reply.ts';
import { type ParamSpec, parseParamsBy } from './params.ts';
import { present } from './reading.ts';
import { fingerprint } from './tool-use.ts';

/** OpenAI's chat completions, less what is not for one answer (its SDK 7.57.0, 2026-11); temperature as Bedrock has it. */
const params: readonly ParamSpec[] = [
  { name: 'max_tokens', kind: 'integer', min: 1, about: 'most tokens of an answer' },
  { name: 'temperature', kind: 'number', min: 0, max: 1, about: 'randomness' },
  { name: 'top_p', kind: 'number', min: 0, max: 1, about: 'nucleus sampling' },
  { name: 'stop_sequences', kind: 'strings', about: 'texts that end an answer' },
];

/** Qwen, DeepSeek, Gemma, MiniMax, Kimi, Nemotron, GLM and the newer Mistral models, as InvokeModel takes them. */
export const openaiShaped: Family = chatFamily('openai-shaped', params, { limit: 'max_tokens', isFull: true });

/** OpenAI's gpt-oss: the same, with `max_completion_tokens`, and what it thinks before its answer. */
export const gptOss: Family = chatFamily('gpt-oss', params, { limit: 'max_completion_tokens', isFull: true });

/** Mistral's chat models demand ids of nine letters and digits (Mistral AI, function calling, 2026-11). */
const MISTRAL_ID = /^[a-zA-Z0-9]{9}$/;
const mistralId = (id: string): string => (MISTRAL_ID.test(id) ? id : fingerprint(id, 9));

/** Mistral Large 24.07: messages, tools and little else (Bedrock User Guide, Mistral AI chat completion, 2026-11). */
export const mistralChat: Family = chatFamily('mistral-chat', params.slice(0, 3), {
  limit: 'max_tokens',
  isFull: false,
  toolId: mistralId,
});

function chatFamily(name: string, specs: readonly ParamSpec[], dialect: OpenaiDialect): Family {
  const request = ({ text, system, params: values }: RequestInput): JsonObject => {
    const user = { role: 'user', content: text };
    return present({
      messages: system === undefined ? [user] : [{ role: 'system', content: system }, user],
      [dialect.limit]: values['max_tokens'],
      temperature: values['temperature'],
      top_p: values['top_p'],
      stop: values['stop_sequences'],
    }) as JsonObject;
  };
  return {
    name,
    task: 'text',
    invocationType: 'InvokeModel',
    params: specs,
    parseParams: (raw) => parseParamsBy(specs, name, raw),
    request,
    sentinel: () => request({ text: '.', params: { max_tokens: 1 } }),
    chat: (asked, traits, sink) => {
      const spoken = traits.shortToolIds ? { ...dialect, toolId: mistralId } : dialect;
      return openaiChat(asked, traits, spoken, sink);
    },
    reply: openaiReply,
    answer: openaiAnswer,
  };
}
