import { type CompileSchema, InputError, type JsonObject, type SchemaFault } from '@batchrock/core';
import type { ErrorObject, Options, ValidateFunction } from 'ajv';
import { watchedRegExp } from './watched-regexp.ts';

/** What is taken of Ajv: a class for each draft, and the formats that it knows. */
export type AjvModules = Pick<typeof import('ajv'), 'Ajv'> &
  Pick<typeof import('ajv/dist/2019.js'), 'Ajv2019'> &
  Pick<typeof import('ajv/dist/2020.js'), 'Ajv2020'> &
  Pick<typeof import('ajv-formats/dist/formats.js'), 'fullFormats'>;

/** The drafts that are known, by the beginning of `$schema`. Without one: 2020-12, as the service's structured outputs have it. */
const DRAFTS = [
  ['https://json-schema.org/draft/2020-12/schema', 'Ajv2020'],
  ['https://json-schema.org/draft/2019-09/schema', 'Ajv2019'],
  ['http://json-schema.org/draft-07/schema', 'Ajv'],
  ['http://json-schema.org/draft-06/schema', 'Ajv'],
] as const;

/** Levels of a schema: the code that is made of it is as deep. */
const MOST_LEVELS = 200;
const MOST_BYTES = 1 << 20;

/**
 * Schemas are taken as they are in the world: keywords and formats that nobody knows say nothing, those that are known are checked.
 * Nothing is ever fetched.
 */
const OPTIONS: Options = { strict: false, logger: false, code: { regExp: watchedRegExp } };

/** Makes checks by Ajv. */
export function compilerOf(module: AjvModules): CompileSchema {
  return (schema) => {
    checkSize(schema);
    const validate = compiled(module, schema);
    return (value) => faultOf(validate, value);
  };
}

function compiled(module: AjvModules, schema: JsonObject): ValidateFunction {
  const { $schema: draft = DRAFTS[0][0], $async: isAsync } = schema;
  const [, name] = DRAFTS.find(([uri]) => String(draft).replace(/#$/, '') === uri) ?? [];
  if (name === undefined) {
    throw unsound(`$schema is ${JSON.stringify(draft)}; known are ${DRAFTS.map(([uri]) => uri).join(', ')}`);
  }
  if (isAsync !== undefined) throw unsound('$async is no keyword of JSON Schema');
  const ajv = new module[name](OPTIONS);
  for (const [format, check] of Object.entries(module.fullFormats)) if (check !== undefined) ajv.addFormat(format, check);
  if (ajv.validateSchema(schema) !== true) throw unsound(tellError(ajv.errors?.[0]));
  try {
    return ajv.compile(schema);
  } catch (error) {
    throw unsound(whyNotCompiled(error), error);
  }
}

function whyNotCompiled(error: unknown): string {
  if (error instanceof RangeError) return 'it is nested too deeply';
  const { missingRef } = error as { readonly missingRef?: string };
  if (missingRef !== undefined)
    return `$ref ${JSON.stringify(missingRef)} leads to nothing in the schema, and nothing is fetched`;
  return error instanceof Error ? error.message : String(error);
}

function checkSize(schema: JsonObject): void {
  let text: string;
  try {
    text = JSON.stringify(schema);
  } catch (error) {
    throw unsound('it is nested too deeply, or in a circle', error);
  }
  if (text.length > MOST_BYTES) throw unsound(`it has more than ${MOST_BYTES} bytes`);
  if (levelsOf(text) > MOST_LEVELS) throw unsound(`it has more than ${MOST_LEVELS} levels`);
}

function levelsOf(json: string): number {
  let levels = 0;
  let most = 0;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === '{' || token === '[') most = Math.max(most, ++levels);
    else if (token === '}' || token === ']') levels -= 1;
  }
  return most;
}

function faultOf(validate: ValidateFunction, value: unknown): SchemaFault | undefined {
  try {
    if (validate(value)) return undefined;
  } catch (error) {
    // recursive schemas call themselves for each level of a value
    const reason = error instanceof RangeError ? 'is nested too deeply to be looked at' : `cannot be looked at: ${String(error)}`;
    return { path: '', reason };
  }
  const [error] = validate.errors ?? [];
  return { path: error?.instancePath ?? '', reason: reasonOf(error) };
}

function reasonOf(error: ErrorObject | undefined): string {
  if (error === undefined) return 'is not what the schema asks for';
  const { keyword, message = `fails ${keyword}`, params } = error;
  if (keyword === 'additionalProperties' || keyword === 'unevaluatedProperties') {
    const name = params['additionalProperty'] ?? params['unevaluatedProperty'];
    return `must not have the property ${JSON.stringify(name)}`;
  }
  if (keyword === 'enum') return `must be one of ${shortened(JSON.stringify(params['allowedValues']))}`;
  if (keyword === 'const') return `must be ${shortened(JSON.stringify(params['allowedValue']))}`;
  return message;
}

function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function tellError(error: ErrorObject | null | undefined): string {
  const path = error?.instancePath ?? '';
  return `${path === '' ? 'it' : `at ${path} it`} ${reasonOf(error ?? undefined)}`;
}

function unsound(why: string, cause?: unknown): InputError {
  return new InputError('BR-E0130', `the schema cannot be used: ${why}`, cause === undefined ? {} : { cause });
}
