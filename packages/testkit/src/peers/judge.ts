import { writeFileSync } from 'node:fs';
import { type JsonObject, type JsonValue, REQUEST_SCHEMAS } from '@batchrock/core';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { type TypedBody, typeProblems, type VendorType } from '../judges/compile-bodies.ts';
import type { ModelKey } from './feature.ts';
import { at, listOf, objectOf } from './json.ts';
import { type BodyApi, readBody } from './reading.ts';

/** A body as it stands in a record, for a model and a type of job. */
export interface SentBody {
  readonly model: ModelKey;
  readonly isConverse: boolean;
  readonly body: JsonObject;
}

/** How InvokeModel is spoken to, by model: the API, and the schema that is kept of it. */
const NATIVE: Readonly<Record<ModelKey, readonly [api: BodyApi, schema: string]>> = {
  claude: ['anthropic', 'anthropic'],
  nova: ['nova', 'nova'],
  'nova-2': ['nova', 'nova'],
  'gpt-oss': ['openai', 'gpt-oss'],
  llama: ['llama', 'llama'],
  mistral: ['openai', 'mistral-chat'],
  titan: ['embedding', 'titan-embed-text'],
  'titan-image': ['embedding', 'titan-embed-image'],
  'nova-embed': ['embedding', 'nova-embed'],
  cohere: ['embedding', 'cohere-embed-v3'],
};
const TYPES: Partial<Record<BodyApi, VendorType>> = { anthropic: 'ClaudeBody', converse: 'ConverseBody', openai: 'OpenaiBody' };

/** Their fields are judged by the vendor's types and by the service, their values by the schema: it knows not all fields. */
const BY_VALUE: readonly string[] = ['anthropic'];
/** Vendors' types judge them, and no schema: ours is one of what we write, not of all that these models take. */
const BY_TYPES: readonly string[] = ['gpt-oss'];

export function apiOf({ model, isConverse }: SentBody): BodyApi {
  return isConverse ? 'converse' : NATIVE[model][0];
}

const ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false, allowUnionTypes: true });
const judges = new Map<string, ValidateFunction>();

function schemaJudge(name: string): ValidateFunction {
  const known = judges.get(name);
  if (known !== undefined) return known;
  const schema = REQUEST_SCHEMAS[name] as JsonObject;
  const judge = ajv.compile(BY_VALUE.includes(name) ? (opened(schema) as JsonObject) : schema);
  judges.set(name, judge);
  return judge;
}

/** What the schema of its family, the vendor's types and the rules of its conversations have against each body. */
export function judgeBodies(sent: readonly SentBody[]): readonly (string | undefined)[] {
  const typed: TypedBody[] = [];
  const places: number[] = [];
  for (const [i, each] of sent.entries()) {
    const type = TYPES[apiOf(each)];
    if (type === undefined || each.model === 'mistral') continue;
    typed.push({ type, body: each.body });
    places.push(i);
  }
  const byTypes = new Map([...typeProblems(typed)].map(([i, problem]) => [places[i]!, problem]));
  return sent.map((each, i) => {
    const typeProblem = byTypes.get(i);
    return schemaProblem(each) ?? (typeProblem === undefined ? undefined : wordsOfCompiler(typeProblem)) ?? turnProblem(each);
  });
}

function schemaProblem(sent: SentBody): string | undefined {
  const name = sent.isConverse ? 'converse' : NATIVE[sent.model][1];
  if (BY_TYPES.includes(name)) return undefined;
  const judge = schemaJudge(name);
  const body = name === 'anthropic' ? writtenOut(sent.body) : name === 'nova' ? inCamelCase(sent.body) : sent.body;
  return judge(JSON.parse(JSON.stringify(body))) ? undefined : wordsOfAjv(judge.errors ?? []);
}

/** The error that goes deepest says most; a field too many is told by its name. */
function wordsOfAjv(errors: readonly ErrorObject[]): string {
  const top = errors.find(
    ({ keyword, instancePath }) => keyword === 'additionalProperties' && instancePath.split('/').length <= 2,
  );
  const [deepest] = errors.toSorted((a, b) => b.instancePath.length - a.instancePath.length);
  const extra =
    top ?? errors.find((error) => error.keyword === 'additionalProperties' && error.instancePath === deepest?.instancePath);
  if (extra !== undefined) {
    const name = `\`${extra.params['additionalProperty']}\``;
    if (/inputSchema\/json$/.test(extra.instancePath)) return `${name} stands at the top of a tool’s schema, which Nova refuses`;
    return extra === top ? `${name} is not a field of the model` : `${name} is not a field of \`${placeOf(extra)}\``;
  }
  return deepest === undefined ? 'is wrong' : wordsOfError(deepest);
}

function wordsOfError(error: ErrorObject): string {
  const place = placeOf(error);
  switch (error.keyword) {
    case 'required':
      return `\`${place === '' ? '' : `${place}.`}${error.params['missingProperty']}\` is missing`;
    case 'minItems':
    case 'minLength':
      return `\`${place}\` is empty`;
    case 'enum':
      return `\`${place}\` is no word of the API`;
    default:
      return error.params['pattern'] === '\\S' ? `\`${place}\` is blank` : `\`${place}\` ${error.message}`;
  }
}

const placeOf = ({ instancePath }: ErrorObject): string => instancePath.slice(1).replaceAll('/', '.');

function wordsOfCompiler(problem: string): string {
  const [, field] = /'"?(\w+)"?' does not exist in type/.exec(problem) ?? [];
  if (field !== undefined) return `\`${field}\` is not a field of the model`;
  return `its vendor's types: ${problem.split('\n').at(-1)?.trim().slice(0, 90)}`;
}

/** Converse and Nova take turns by turns, the first of the user (Converse's ValidationException says so). */
function turnProblem(sent: SentBody): string | undefined {
  const api = apiOf(sent);
  if (api !== 'converse' && api !== 'nova') return undefined;
  const roles = readBody(api, sent.body).turns.map((turn) => turn.role);
  if (roles[0] !== 'user') return 'the first turn is not the user’s, which is refused';
  return roles.some((role, i) => i > 0 && role === roles[i - 1])
    ? 'two turns of one role in a row, which are refused'
    : undefined;
}

/** AWS's first samples for Nova write its numbers so, and Nova takes them. */
const NOVA_NAMES: Readonly<Record<string, string>> = { max_new_tokens: 'maxTokens', top_p: 'topP', top_k: 'topK' };

/** A body of Nova with the names of its documentation. */
export function inCamelCase(body: JsonObject): JsonObject {
  if (body['inferenceConfig'] === undefined) return body;
  const entries = Object.entries(objectOf(body['inferenceConfig']));
  return { ...body, inferenceConfig: Object.fromEntries(entries.map(([name, value]) => [NOVA_NAMES[name] ?? name, value])) };
}

/** A schema that allows fields of which it does not know. */
function opened(schema: JsonValue): JsonValue {
  if (Array.isArray(schema)) return schema.map((each: JsonValue) => opened(each));
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).filter(([key, value]) => !(key === 'additionalProperties' && value === false));
  return Object.fromEntries(entries.map(([key, value]) => [key, opened(value as JsonValue)]));
}

/** Anthropic's API takes a text for a list of one block; the schema knows the list. */
function writtenOut(body: JsonObject): JsonObject {
  const blocks = (content: JsonValue | undefined): JsonValue =>
    typeof content === 'string' ? [{ type: 'text', text: content }] : listOf(content).map(resultOut);
  const resultOut = (block: JsonValue): JsonValue =>
    at(block, 'type') === 'tool_result' && typeof at(block, 'content') === 'string'
      ? { ...objectOf(block), content: blocks(at(block, 'content')) }
      : block;
  if (!Array.isArray(body['messages'])) return body;
  const messages = listOf(body['messages']).map((each) => ({ ...objectOf(each), content: blocks(at(each, 'content')) }));
  return { ...body, messages };
}

/** Bodies for botocore's own model of Converse, in the form that `converse_bodies.py` reads. */
export function writeForBotocore(path: string, sent: readonly SentBody[]): void {
  const wrong = { messages: [{ role: 'user', content: 'Hi' }] };
  const lines = [{ model: 'm', valid: false, body: wrong }, ...sent.map(({ body }) => ({ model: 'm', valid: true, body }))];
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}
