import type { JsonObject, JsonValue } from '@batchrock/core';

/** What an instance is made up from. */
export interface InstanceSource {
  /** What the model would say without a schema; choices are taken from it where they can be. */
  readonly said: string;
  /** Numbers in [0, 1). */
  readonly next: () => number;
}

/** Recursive schemas end here. */
const MOST_LEVELS = 6;

/** A value by a schema, as far as the usual keywords go: what is required and what is not, but nothing that is optional far down. */
export function instanceOf(schema: JsonObject, source: InstanceSource): JsonValue {
  return make(schema, schema, source, 0);
}

function make(given: JsonValue | undefined, root: JsonObject, source: InstanceSource, level: number): JsonValue {
  if (!isObject(given)) return null;
  const schema = followed(given, root);
  if (schema['const'] !== undefined) return schema['const'];
  const { enum: choices, anyOf, oneOf, allOf } = schema;
  if (Array.isArray(choices) && choices.length > 0) return chosen(choices, source);
  const several = Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : undefined;
  if (several !== undefined && several.length > 0)
    return make(level < MOST_LEVELS ? several[0] : several.at(-1), root, source, level);
  if (Array.isArray(allOf) && schema['type'] === undefined) return make(merged(allOf, root), root, source, level);
  return ofType(typeOf(schema), schema, root, source, level);
}

function ofType(type: string, schema: JsonObject, root: JsonObject, source: InstanceSource, level: number): JsonValue {
  switch (type) {
    case 'object':
      return object(schema, root, source, level);
    case 'array':
      return array(schema, root, source, level);
    case 'integer':
      return Math.round(number(schema, source));
    case 'number':
      return Math.round(number(schema, source) * 100) / 100;
    case 'boolean':
      return source.next() < 0.5;
    case 'null':
      return null;
    default:
      return text(schema, source);
  }
}

function object(schema: JsonObject, root: JsonObject, source: InstanceSource, level: number): JsonObject {
  const { properties, required } = schema;
  const isRequired = (key: string) => Array.isArray(required) && required.includes(key);
  const made: Record<string, JsonValue> = {};
  for (const [key, each] of Object.entries(isObject(properties) ? properties : {})) {
    if (level < MOST_LEVELS || isRequired(key)) made[key] = make(each, root, source, level + 1);
  }
  return made;
}

function array(schema: JsonObject, root: JsonObject, source: InstanceSource, level: number): JsonValue {
  const least = typeof schema['minItems'] === 'number' ? schema['minItems'] : level < MOST_LEVELS ? 1 : 0;
  return Array.from({ length: least }, () => make(schema['items'] ?? { type: 'string' }, root, source, level + 1));
}

function number(schema: JsonObject, { next }: InstanceSource): number {
  const bound = (name: string, other: number) => (typeof schema[name] === 'number' ? schema[name] : other);
  const least = bound('minimum', bound('exclusiveMinimum', -1) + 1);
  const most = bound('maximum', bound('exclusiveMaximum', Math.max(least, 0) + 11) - 1);
  return least + next() * Math.max(0, most - least);
}

const FORMATS: Readonly<Record<string, string>> = {
  date: '2026-01-01',
  'date-time': '2026-01-01T00:00:00Z',
  time: '00:00:00Z',
  email: 'synthetic@example.com',
  uri: 'https://example.com/synthetic',
  uuid: '00000000-0000-4000-8000-000000000000',
};

function text(schema: JsonObject, { said }: InstanceSource): string {
  const { format, minLength, maxLength } = schema;
  const made = typeof format === 'string' && Object.hasOwn(FORMATS, format) ? FORMATS[format]! : said;
  const longer = made.padEnd(typeof minLength === 'number' ? minLength : 0, '.');
  return typeof maxLength === 'number' ? longer.slice(0, maxLength) : longer;
}

function chosen(choices: readonly JsonValue[], { said, next }: InstanceSource): JsonValue {
  const named = choices.find((each) => typeof each === 'string' && said.toLowerCase().includes(each.toLowerCase()));
  return named ?? choices[Math.floor(next() * choices.length)]!;
}

function typeOf({ type, properties, items }: JsonObject): string {
  const first = Array.isArray(type) ? type[0] : type;
  if (typeof first === 'string') return first;
  return properties !== undefined ? 'object' : items !== undefined ? 'array' : 'string';
}

function merged(schemas: readonly JsonValue[], root: JsonObject): JsonObject {
  const all = schemas.map((each) => (isObject(each) ? followed(each, root) : {}));
  const properties = Object.assign({}, ...all.map((each) => each['properties'])) as JsonObject;
  return Object.assign({}, ...all, Object.keys(properties).length > 0 ? { properties } : {}) as JsonObject;
}

function followed(schema: JsonObject, root: JsonObject): JsonObject {
  const { $ref: reference } = schema;
  if (reference === '#') return root;
  if (typeof reference !== 'string' || !reference.startsWith('#/')) return schema;
  let found: JsonValue | undefined = root;
  for (const step of reference.slice(2).split('/')) found = isObject(found) ? found[step] : undefined;
  return isObject(found) && found !== schema ? found : {};
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
