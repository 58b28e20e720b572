import type { JsonObject } from '../json.ts';

/** A JSON schema of an object with these properties and no others; a name that ends in `!` has to be there. */
export function closed(properties: Readonly<Record<string, JsonObject>>, more: JsonObject = {}): JsonObject {
  return open(properties, { additionalProperties: false, ...more });
}

/** The same, of an object that may have others too. */
export function open(properties: Readonly<Record<string, JsonObject>>, more: JsonObject = {}): JsonObject {
  const names = Object.keys(properties);
  return {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name.replace('!', ''), properties[name]!])),
    required: names.filter((name) => name.endsWith('!')).map((name) => name.slice(0, -1)),
    ...more,
  };
}

/** A list of at least so many. */
export function list(items: JsonObject, minItems = 0): JsonObject {
  return { type: 'array', items, minItems };
}

/** One of those words. */
export function words(...values: readonly string[]): JsonObject {
  return { enum: values };
}

/** Text with something in it beside white space. */
export const SAID: JsonObject = { type: 'string', pattern: '\\S' };
export const TEXT: JsonObject = { type: 'string' };
export const FILLED: JsonObject = { type: 'string', minLength: 1 };
export const BASE64: JsonObject = { type: 'string', pattern: '^[A-Za-z0-9+/]+={0,2}$' };
export const SHARE: JsonObject = { type: 'number', minimum: 0, maximum: 1 };
export const COUNT: JsonObject = { type: 'integer', minimum: 1 };
/** Names of tools in every vendor's API. */
export const TOOL_NAME: JsonObject = { type: 'string', pattern: '^[a-zA-Z0-9_-]{1,64}$' };
/** Any JSON object, such as a schema or the input of a tool. */
export const ANY_OBJECT: JsonObject = { type: 'object' };
