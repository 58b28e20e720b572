import type { JsonObject, JsonValue } from '@batchrock/core';
import { AnswerError, type BodyShape, type Turn } from '../question.ts';
import { isObject, textOf, typeName } from './check.ts';

/** Chat completions, as gpt-oss, Qwen3, DeepSeek V3, Gemma 3, GLM, Kimi and the newer Mistral models take them on Bedrock. */
export const openaiChatBody = chatBody('openai-chat', 'finish_reason', true);

/** Mistral Large 24.07: the same messages, with `stop_reason` in the choice and no usage. */
export const mistralChatBody = chatBody('mistral-chat', 'stop_reason', false);

function chatBody(name: string, endKey: 'finish_reason' | 'stop_reason', usage: boolean): BodyShape {
  return {
    name,
    read(body, modelId) {
      const { system, turns } = readMessages(body['messages']);
      if (Object.hasOwn(body, 'stream') && body['stream'] !== false) refuse('stream is not supported by this operation');
      const maxTokens = tokenLimit(body['max_completion_tokens'] ?? body['max_tokens']);
      const { temperature, top_p: topP } = body;
      return {
        kind: 'text',
        modelId,
        system,
        turns,
        stopSequences: stopsOf(body['stop']),
        ...(maxTokens === undefined ? {} : { maxTokens }),
        ...(typeof temperature === 'number' ? { temperature } : {}),
        ...(typeof topP === 'number' ? { topP } : {}),
      };
    },
    write(_body, question, given, id) {
      const reply = textOf(given);
      return {
        id: `chatcmpl-${id}`,
        object: 'chat.completion',
        created: 0,
        model: question.modelId,
        choices: [
          { index: 0, message: { role: 'assistant', content: reply.text }, [endKey]: reply.end === 'length' ? 'length' : 'stop' },
        ],
        ...(usage ? { usage: usageOf(reply.inputTokens, reply.outputTokens) } : {}),
      };
    },
  };
}

function usageOf(prompt: number, completion: number): JsonObject {
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

function refuse(problem: string): never {
  throw new AnswerError(400, problem);
}

function tokenLimit(value: JsonValue | undefined): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) refuse('max_tokens must be an integer of at least 1');
  return value;
}

function stopsOf(value: JsonValue | undefined): readonly string[] {
  if (value === undefined || value === null) return [];
  const stops = Array.isArray(value) ? value : [value];
  return stops.map((stop: JsonValue) => (typeof stop === 'string' ? stop : refuse('stop must be a string or a list of strings')));
}

function readMessages(value: JsonValue | undefined): { readonly system: string; readonly turns: readonly Turn[] } {
  if (value === undefined) refuse("'messages' is a required property");
  if (!Array.isArray(value)) refuse(`'messages' must be a list, not ${typeName(value)}`);
  if (value.length === 0) refuse("'messages' must not be empty");
  const system: string[] = [];
  const turns: Turn[] = [];
  value.forEach((message: JsonValue, i) => {
    if (!isObject(message)) refuse(`messages.${i} must be an object`);
    const text = contentOf(message['content'], i);
    const role = message['role'];
    if (role === 'system' || role === 'developer') system.push(text);
    else if (role === 'user' || role === 'assistant' || role === 'tool')
      turns.push({ role: role === 'assistant' ? role : 'user', text });
    else refuse(`messages.${i}.role: '${String(role)}' is not one of system, developer, user, assistant, tool`);
  });
  if (turns.length === 0) refuse("'messages' must have a message of role user");
  return { system: system.join('\n'), turns };
}

function contentOf(content: JsonValue | undefined, i: number): string {
  if (typeof content === 'string') return content;
  if (content === null) return '';
  if (!Array.isArray(content)) refuse(`messages.${i}.content must be a string or a list of parts`);
  return content
    .map((part: JsonValue) => {
      if (!isObject(part)) refuse(`messages.${i}.content must be a list of parts`);
      return typeof part['text'] === 'string' ? part['text'] : `[${String(part['type'])}]`;
    })
    .join('\n');
}
