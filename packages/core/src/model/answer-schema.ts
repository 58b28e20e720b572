import { planFormat, schemaInstruction } from './answer-format.ts';
import type { AnswerFormat, ChatRequest, Unsupported, UnsupportedSink } from './chat.ts';
import type { Family, ModelTraits, RequestInput } from './family.ts';
import type { JsonFields, JsonObject, JsonValue } from './json.ts';

/** What every answer of a run has to be: a JSON schema that was found to be sound. */
export interface AnswerSchema {
  /** What the model is told that the answer is called. */
  readonly name: string;
  readonly schema: JsonObject;
  /** SHA-256 of the schema's JSON, in hexadecimal: what a run is known to have asked by. */
  readonly sha256: string;
}

/** Why a value is not what a schema asks for. */
export interface SchemaFault {
  /** A JSON pointer to what is wrong; empty for all of the value. */
  readonly path: string;
  /** In lower case, without a full stop: `must be integer`. */
  readonly reason: string;
}

/** Looks at a parsed value; undefined where it is what the schema asks for. Never throws. */
export type SchemaCheck = (value: unknown) => SchemaFault | undefined;

/** Makes a check of a schema. Throws `BR-E0130` for one that is none, or that nobody can check by. */
export type CompileSchema = (schema: JsonObject) => SchemaCheck;

/** The parameters that `ChatRequest` has fields for, by the names that families have for them. */
const CHAT_FIELDS: Readonly<Record<string, keyof ChatRequest>> = {
  max_tokens: 'maxTokens',
  temperature: 'temperature',
  top_p: 'topP',
  top_k: 'topK',
  stop_sequences: 'stop',
};

const ignore: UnsupportedSink = () => undefined;

/**
 * The body of one request that asks for an answer by a schema: natively where the model takes one, as a tool that it has to call, or
 * in its instructions. What is not native goes to `sink`.
 */
export function schemaRequest(
  family: Family,
  input: RequestInput,
  { name, schema }: Pick<AnswerSchema, 'name' | 'schema'>,
  traits: ModelTraits,
  sink: UnsupportedSink = ignore,
): JsonObject {
  const format: AnswerFormat = { kind: 'schema', name, schema };
  const known = Object.keys(input.params).every((param) => Object.hasOwn(CHAT_FIELDS, param));
  if (family.chat !== undefined && family.reply !== undefined && known) {
    return family.chat(chatOf(input, format), traits, sink);
  }
  // a family that has no words for a conversation has instructions
  planFormat(format, { hasField: false, canForce: false }, sink);
  const instruction = schemaInstruction(schema);
  const system = input.system === undefined || input.system === '' ? instruction : `${input.system}\n\n${instruction}`;
  return family.request({ ...input, system });
}

function chatOf({ text, system, params }: RequestInput, format: AnswerFormat): ChatRequest {
  const fields: JsonFields = {};
  for (const [param, value] of Object.entries(params)) fields[CHAT_FIELDS[param]!] = value;
  return {
    ...(system === undefined ? {} : { system: [{ text: system }] }),
    turns: [{ role: 'user', content: [{ kind: 'text', text }] }],
    ...(fields as Partial<ChatRequest>),
    format,
  };
}

/** How a family tells its model of a schema, where that is not by a field that is made for it. */
export function schemaNotes(family: Family, schema: AnswerSchema, params: JsonObject, traits: ModelTraits): readonly string[] {
  const notes: Unsupported[] = [];
  schemaRequest(family, { text: 'x', params }, schema, traits, (note) => notes.push(note));
  return [...new Set(notes.filter((note) => note.path === 'response_format').map((note) => note.message))];
}

/** What the values of a field are; `json`: whatever is no single text, number or truth value. */
export type FieldKind = 'text' | 'integer' | 'number' | 'boolean' | 'json';

/** A property at the top of a schema. */
export interface SchemaField {
  readonly key: string;
  readonly kind: FieldKind;
}

/** The properties at the top of a schema, in its order; none where it asks for something else than an object. */
export function schemaFields(schema: JsonObject): readonly SchemaField[] {
  const properties = followed(schema, schema)['properties'];
  if (!isObject(properties)) return [];
  return Object.entries(properties).map(([key, each]) => ({ key, kind: kindOf(each, schema) }));
}

const KINDS: Readonly<Record<string, FieldKind>> = {
  string: 'text',
  integer: 'integer',
  number: 'number',
  boolean: 'boolean',
};

function kindOf(given: JsonValue, root: JsonObject): FieldKind {
  const schema = isObject(given) ? followed(given, root) : {};
  const { anyOf, oneOf, type, enum: values, const: only } = schema;
  const choices = Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : undefined;
  if (choices !== undefined) {
    const kinds = choices.filter((each: JsonValue) => !isNull(each)).map((each: JsonValue) => kindOf(each, root));
    return sameKind(kinds);
  }
  if (type !== undefined) {
    const types = (Array.isArray(type) ? type : [type]).filter((each: JsonValue) => each !== 'null');
    return sameKind(types.map((each: JsonValue) => KINDS[String(each)] ?? 'json'));
  }
  if (Array.isArray(values)) return sameKind(values.filter((each: JsonValue) => each !== null).map(kindOfValue));
  return only === undefined ? 'json' : kindOfValue(only);
}

/** What is a whole number here and any number there is a number. */
function sameKind(kinds: readonly FieldKind[]): FieldKind {
  const [first, ...others] = new Set(kinds);
  if (first === undefined) return 'json';
  if (others.length === 0) return first;
  const areNumbers = [first, ...others].every((kind) => kind === 'integer' || kind === 'number');
  return areNumbers ? 'number' : 'json';
}

function kindOfValue(value: JsonValue): FieldKind {
  if (typeof value === 'string') return 'text';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'integer' : 'number';
  return 'json';
}

function isNull(schema: JsonValue): boolean {
  return isObject(schema) && schema['type'] === 'null';
}

/** References that lead to others: more are a cycle, or as good as one. */
const MOST_HOPS = 16;

/** The schema that a reference within the document leads to; itself where there is none. */
function followed(schema: JsonObject, root: JsonObject): JsonObject {
  let at = schema;
  for (let hops = 0; hops < MOST_HOPS; hops++) {
    const { $ref: reference } = at;
    if (typeof reference !== 'string' || !reference.startsWith('#/')) return at;
    const found = reference
      .slice(2)
      .split('/')
      .map((step) => decoded(step).replaceAll('~1', '/').replaceAll('~0', '~'))
      .reduce<JsonValue | undefined>(
        (value, step) => (isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined),
        root,
      );
    if (!isObject(found)) return at;
    at = found;
  }
  return {};
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
