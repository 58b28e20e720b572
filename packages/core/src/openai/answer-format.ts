import type { AnswerFormat, JsonObject } from '../model/index.ts';
import { type Findings, type Given, type GivenObject, isAbsent, isObject, isTooDeep, shown } from './findings.ts';

/**
 * Reads `response_format`, `{type, json_schema:{name, schema, …}}`, or `text.format` of a response, where the schema stands beside
 * the type. Undefined: any text.
 */
export function readAnswerFormat(given: Given, path: string, findings: Findings): AnswerFormat | undefined {
  if (isAbsent(given)) return undefined;
  if (!isObject(given)) {
    findings.badType(path, given, 'an object with a type');
    return undefined;
  }
  const { type } = given;
  if (type === 'text') return undefined;
  if (type === 'json_object') return { kind: 'json' };
  if (type === 'json_schema') return readSchema(given, path, findings);
  findings.problem('bad_value', `${path}.type`, `${path}.type is ${shown(type)}; text, json_object or json_schema is taken`);
  return undefined;
}

function readSchema(given: GivenObject, path: string, findings: Findings): AnswerFormat | undefined {
  const isNested = path === 'response_format';
  const holder = isNested ? given['json_schema'] : given;
  const base = isNested ? `${path}.json_schema` : path;
  if (!isObject(holder)) {
    findings.badType(base, holder, 'an object with name and schema');
    return undefined;
  }
  const { name, schema, description, strict } = holder;
  if (typeof name !== 'string' || name === '') findings.badType(`${base}.name`, name || undefined, 'a text');
  if (!isAbsent(description) && typeof description !== 'string') findings.badType(`${base}.description`, description, 'a text');
  if (!isAbsent(strict) && typeof strict !== 'boolean') findings.badType(`${base}.strict`, strict, 'true or false');
  if (!isObject(schema)) {
    findings.badType(`${base}.schema`, schema, 'a JSON schema');
    return undefined;
  }
  if (isTooDeep(schema)) {
    findings.problem('too_deep', `${base}.schema`, `${base}.schema is nested deeper than 100 levels`);
    return undefined;
  }
  return {
    kind: 'schema',
    name: typeof name === 'string' ? name : '',
    ...(typeof description === 'string' && description !== '' ? { description } : {}),
    schema: schema as JsonObject,
    ...(typeof strict === 'boolean' ? { strict } : {}),
  };
}
