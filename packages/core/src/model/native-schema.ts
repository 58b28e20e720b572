import type { JsonObject, JsonValue } from './json.ts';

/**
 * Keywords that the service's structured outputs take. Bedrock User Guide, Get validated JSON results from models, and Anthropic,
 * Structured outputs, JSON Schema limitations (both 2026): a subset of draft 2020-12, and any other keyword is a 400 error for
 * the record, so what is not surely taken is not here (ranges, lengths, patterns).
 */
const TAKEN: ReadonlySet<string> = new Set([
  'type',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'enum',
  'const',
  'anyOf',
  'allOf',
  '$ref',
  '$defs',
  'definitions',
  'title',
  'description',
  'default',
  'format',
]);
/** Keywords whose value is an object of schemas by name. */
const NAMED = ['properties', '$defs', 'definitions'] as const;
const LISTED = ['anyOf', 'allOf'] as const;
/** Deeper ones are left to the forced tool or the instruction: a bound for hostile input. */
const MAX_DEPTH = 64;

/** True when the service takes the schema as it stands: known keywords only, every object closed, no cycle. */
export function isNativeSchema(schema: JsonObject): boolean {
  return isTaken(schema, 0) && !isRecursive(schema);
}

function isTaken(schema: JsonValue | undefined, depth: number): boolean {
  if (!isObject(schema) || depth > MAX_DEPTH) return false;
  for (const key in schema) if (!TAKEN.has(key)) return false;
  const { type } = schema;
  const isOfObjects = type === 'object' || (Array.isArray(type) && type.includes('object'));
  if ((isOfObjects || schema['properties'] !== undefined) && schema['additionalProperties'] !== false) return false;
  for (const name of NAMED) {
    const schemas = schema[name];
    if (schemas === undefined) continue;
    if (!isObject(schemas) || !Object.values(schemas).every((each) => isTaken(each, depth + 1))) return false;
  }
  for (const name of LISTED) {
    const schemas = schema[name];
    if (schemas === undefined) continue;
    if (!Array.isArray(schemas) || !schemas.every((each: JsonValue) => isTaken(each, depth + 1))) return false;
  }
  const { items, $ref: reference } = schema;
  if (reference !== undefined && (typeof reference !== 'string' || !reference.startsWith('#/'))) return false;
  return items === undefined || isTaken(items, depth + 1);
}

/** True when a definition leads back to itself, or a reference to the whole. */
function isRecursive(schema: JsonObject): boolean {
  const edges = new Map<string, readonly string[]>();
  for (const section of ['$defs', 'definitions'] as const) {
    const definitions = schema[section];
    if (!isObject(definitions)) continue;
    for (const [name, each] of Object.entries(definitions)) edges.set(`#/${section}/${name}`, referencesIn(each));
  }
  const all = referencesIn(schema);
  // a reference to anything else than a definition at the top might be a cycle: not worth finding out
  if (all.some((reference) => !edges.has(reference))) return true;
  const open = new Set<string>();
  const done = new Set<string>();
  const leadsBack = (name: string): boolean => {
    if (done.has(name)) return false;
    if (open.has(name)) return true;
    open.add(name);
    const found = edges.get(name)!.some(leadsBack);
    open.delete(name);
    done.add(name);
    return found;
  };
  return [...edges.keys()].some(leadsBack);
}

function referencesIn(value: JsonValue): string[] {
  if (Array.isArray(value)) return value.flatMap((each: JsonValue) => referencesIn(each));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, each]) =>
    key === '$ref' && typeof each === 'string' ? [each] : referencesIn(each),
  );
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
