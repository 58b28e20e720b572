import type { JsonValue } from '@batchrock/core';
import type { Turn } from '../question.ts';
import { isObject, malformed, typeName } from './check.ts';

/** Reads `messages` as Converse and Nova write them: `[{role, content: [{text}]}]`. */
export function readMessages(value: JsonValue | undefined): readonly Turn[] {
  if (!Array.isArray(value)) malformed(`#/messages: expected type: JSONArray, found: ${typeName(value)}`);
  if (value.length === 0) malformed('#/messages: expected minimum item count: 1, found: 0');
  const turns = value.map((message: JsonValue, i) => readMessage(message, `#/messages/${i}`));
  if (turns[0]?.role !== 'user') malformed('#/messages/0/role: a conversation must start with a user message');
  return turns;
}

/** Reads `system` as Converse and Nova write it: `[{text}]`; empty when it is absent. */
export function readSystem(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '';
  if (!Array.isArray(value)) malformed(`#/system: expected type: JSONArray, found: ${typeName(value)}`);
  return value.map((block: JsonValue, i) => readBlock(block, `#/system/${i}`)).join('\n');
}

function readMessage(message: JsonValue, at: string): Turn {
  if (!isObject(message)) malformed(`${at}: expected type: JSONObject, found: ${typeName(message)}`);
  const { role, content } = message;
  if (role === undefined) malformed(`${at}: required key [role] not found`);
  if (role !== 'user' && role !== 'assistant') malformed(`${at}/role: ${String(role)} is not a valid enum value`);
  if (content === undefined) malformed(`${at}: required key [content] not found`);
  if (!Array.isArray(content)) malformed(`${at}/content: expected type: JSONArray, found: ${typeName(content)}`);
  if (content.length === 0) malformed(`${at}/content: expected minimum item count: 1, found: 0`);
  const text = content.map((block: JsonValue, i) => readBlock(block, `${at}/content/${i}`)).join('\n');
  return { role, text };
}

/** The text of a block; a block of another kind (image, document, tool) is named in brackets. */
function readBlock(block: JsonValue, at: string): string {
  if (!isObject(block)) malformed(`${at}: expected type: JSONObject, found: ${typeName(block)}`);
  const { text } = block;
  if (text === undefined) return `[${Object.keys(block)[0] ?? 'empty'}]`;
  if (typeof text !== 'string') malformed(`${at}/text: expected type: String, found: ${typeName(text)}`);
  if (text.trim() === '') malformed(`${at}/text: the text field is blank`);
  return text;
}
