import type { JsonObject, JsonValue } from '@batchrock/core';
import { AnswerError, type EmbeddingReply, type Reply, type TextReply } from '../question.ts';

/** Refuses a body as Bedrock does where it checks the body's schema itself. */
export function malformed(problem: string): never {
  throw new AnswerError(400, `Malformed input request: ${problem}, please reformat your input and try again.`);
}

/** True for a JSON object, not for an array or null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Refuses keys that are missing, and those that the schema does not know. */
export function checkKeys(body: JsonObject, required: readonly string[], optional: readonly string[], at = '#'): void {
  for (const key of required) {
    if (!Object.hasOwn(body, key)) malformed(`${at}: required key [${key}] not found`);
  }
  for (const key of Object.keys(body)) {
    if (!required.includes(key) && !optional.includes(key)) malformed(`${at}: extraneous key [${key}] is not permitted`);
  }
}

/** A whole number within its bounds, or undefined when it is absent. */
export function optionalInteger(value: JsonValue | undefined, at: string, least: number, most: number): number | undefined {
  const number = optionalNumber(value, at, least, most);
  if (number !== undefined && !Number.isInteger(number)) malformed(`${at}: expected type: Integer, found: Number`);
  return number;
}

/** A number within its bounds, or undefined when it is absent. */
export function optionalNumber(value: JsonValue | undefined, at: string, least: number, most: number): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'number') malformed(`${at}: expected type: Number, found: ${typeName(value)}`);
  if (value < least) malformed(`${at}: ${value} is not greater or equal to ${least}`);
  if (value > most) malformed(`${at}: ${value} is not less or equal to ${most}`);
  return value;
}

/** A string, refused when it is absent or something else. */
export function requiredString(value: JsonValue | undefined, at: string): string {
  if (typeof value !== 'string') malformed(`${at}: expected type: String, found: ${typeName(value)}`);
  return value;
}

/** A list of strings; empty when it is absent. */
export function optionalStrings(value: JsonValue | undefined, at: string): readonly string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) malformed(`${at}: expected type: JSONArray, found: ${typeName(value)}`);
  return value.map((item: JsonValue, i) => requiredString(item, `${at}/${i}`));
}

/** The name of a JSON type as it stands in Bedrock's messages. */
export function typeName(value: unknown): string {
  if (value === undefined || value === null) return 'Null';
  if (Array.isArray(value)) return 'JSONArray';
  if (typeof value === 'object') return 'JSONObject';
  return typeof value === 'number' ? 'Number' : typeof value === 'boolean' ? 'Boolean' : 'String';
}

/** The reply of a text model; the answerer was asked for nothing else. */
export function textOf(reply: Reply): TextReply {
  if (reply.kind !== 'text') throw new AnswerError(500, 'the answerer gave an embedding to a question for text');
  return reply;
}

/** The reply of an embedding model; the answerer was asked for nothing else. */
export function embeddingOf(reply: Reply): EmbeddingReply {
  if (reply.kind !== 'embedding') throw new AnswerError(500, 'the answerer gave text to a question for an embedding');
  return reply;
}
