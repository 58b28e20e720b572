import type { JsonObject, JsonValue } from '@batchrock/core';
import { AnswerError, type BodyShape, type Turn } from '../question.ts';
import { isObject, textOf } from './check.ts';

const KEYS = new Set(
  (
    'anthropic_version anthropic_beta max_tokens messages system temperature top_p top_k stop_sequences tools tool_choice ' +
    'thinking metadata output_config context_management'
  ).split(' '),
);
const STOP_REASONS = { end: 'end_turn', length: 'max_tokens', stop: 'stop_sequence' } as const;

/** Anthropic Messages on Bedrock (bedrock-2023-05-31). Errors are worded as Anthropic words them. */
export const anthropicBody: BodyShape = {
  name: 'anthropic',
  read(body, modelId) {
    if (!Object.hasOwn(body, 'anthropic_version')) refuse('anthropic_version: Field required');
    if (body['anthropic_version'] !== 'bedrock-2023-05-31') refuse('anthropic_version: Input should be "bedrock-2023-05-31"');
    for (const key of Object.keys(body)) if (!KEYS.has(key)) refuse(`${key}: Extra inputs are not permitted`);
    const temperature = range(body['temperature'], 'temperature');
    const topP = range(body['top_p'], 'top_p');
    return {
      kind: 'text',
      modelId,
      maxTokens: maxTokens(body['max_tokens']),
      turns: turnsOf(body['messages']),
      system: systemOf(body['system']),
      stopSequences: stopsOf(body['stop_sequences']),
      ...(temperature === undefined ? {} : { temperature }),
      ...(topP === undefined ? {} : { topP }),
    };
  },
  write(_body, question, given, id) {
    const reply = textOf(given);
    return {
      model: question.modelId.replace(/^anthropic\./, '').replace(/-v\d+(:\d+)?$/, ''),
      id: `msg_bdrk_${id}`,
      type: 'message',
      role: 'assistant',
      content: [{ type: 'text', text: reply.text }],
      stop_reason: STOP_REASONS[reply.end],
      stop_sequence: reply.stopSequence ?? null,
      usage: { input_tokens: reply.inputTokens, output_tokens: reply.outputTokens },
    };
  },
};

function refuse(problem: string): never {
  throw new AnswerError(400, problem);
}

function maxTokens(value: JsonValue | undefined): number {
  if (value === undefined) refuse('max_tokens: Field required');
  if (typeof value !== 'number' || !Number.isInteger(value)) refuse('max_tokens: Input should be a valid integer');
  if (value < 1) refuse('max_tokens: Input should be greater than or equal to 1');
  return value;
}

function range(value: JsonValue | undefined, name: string): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'number') refuse(`${name}: Input should be a valid number`);
  if (value < 0 || value > 1) refuse(`${name}: range: 0..1`);
  return value;
}

function stopsOf(value: JsonValue | undefined): readonly string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) refuse('stop_sequences: Input should be a valid list');
  return value.map((stop: JsonValue, i) => {
    if (typeof stop !== 'string') refuse(`stop_sequences.${i}: Input should be a valid string`);
    if (stop.trim() === '') refuse('stop_sequences: each stop sequence must contain non-whitespace');
    return stop;
  });
}

function systemOf(value: JsonValue | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  return textOfContent(value, 'system');
}

function turnsOf(value: JsonValue | undefined): readonly Turn[] {
  if (value === undefined) refuse('messages: Field required');
  if (!Array.isArray(value)) refuse('messages: Input should be a valid list');
  if (value.length === 0) refuse('messages: at least one message is required');
  return value.map((message: JsonValue, i) => {
    if (!isObject(message)) refuse(`messages.${i}: Input should be a valid dictionary`);
    const role = message['role'];
    if (role === undefined) refuse(`messages.${i}.role: Field required`);
    if (role !== 'user' && role !== 'assistant')
      refuse(`messages: Unexpected role "${String(role)}". Allowed roles are "user" or "assistant"`);
    if (i === 0 && role !== 'user') refuse('messages: first message must use the "user" role');
    if (message['content'] === undefined) refuse(`messages.${i}.content: Field required`);
    const text = textOfContent(message['content'], `messages.${i}`);
    return { role, text };
  });
}

/** The text of a message: a string, or blocks of which those that are no text (images, documents, tools) are named in brackets. */
function textOfContent(content: JsonValue, at: string): string {
  if (typeof content === 'string') {
    if (content.trim() === '') refuse(`${at}: text content blocks must contain non-whitespace text`);
    return content;
  }
  if (!Array.isArray(content)) refuse(`${at}.content: Input should be a valid list`);
  if (content.length === 0)
    refuse(`${at}: all messages must have non-empty content except for the optional final assistant message`);
  return content.map((block: JsonValue, i) => textOfBlock(block, `${at}.content.${i}`)).join('\n');
}

function textOfBlock(block: JsonValue, at: string): string {
  if (!isObject(block)) refuse(`${at}: Input should be a valid dictionary`);
  if (typeof block['type'] !== 'string') refuse(`${at}.type: Field required`);
  if (block['type'] !== 'text') return `[${block['type']}]`;
  const text = (block as JsonObject)['text'];
  if (typeof text !== 'string') refuse(`${at}.text.text: Input should be a valid string`);
  if (text.trim() === '') refuse('messages: text content blocks must contain non-whitespace text');
  return text;
}
