import type { JsonObject, JsonValue } from '@batchrock/core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { ajvSchemas } from './schemas.ts';

let compile: Awaited<ReturnType<typeof ajvSchemas.load>>;
beforeAll(async () => {
  compile = await ajvSchemas.load();
});

/** A schema that only this value passes, down to its last leaf. */
function schemaOf(value: JsonValue): JsonObject {
  if (Array.isArray(value)) {
    if (value.length === 0) return { type: 'array', maxItems: 0 };
    return { type: 'array', prefixItems: value.map(schemaOf), items: false, minItems: value.length };
  }
  if (typeof value !== 'object' || value === null) return { const: value };
  const properties = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, schemaOf(each)]));
  return { type: 'object', properties, required: Object.keys(value), additionalProperties: false };
}

/** Equal as JSON, whatever the order of keys. */
function isSame(a: JsonValue, b: JsonValue): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && isSame((a as JsonObject)[key]!, (b as JsonObject)[key]!));
}

const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as JsonValue);

describe('the check of a schema', () => {
  it('passes what is by it, and nothing else, and says where it is not', () => {
    fc.assert(
      fc.property(json, json, (value, other) => {
        const check = compile(schemaOf(value));
        expect(check(value)).toBeUndefined();
        const fault = check(other);
        expect(fault === undefined).toBe(isSame(value, other));
        if (fault !== undefined) expect(fault.path === '' || fault.path.startsWith('/')).toBe(true);
      }),
    );
  });

  it.each([
    [{ type: 'object', required: ['a'] }, {}, '', "must have required property 'a'"],
    [{ properties: { a: { items: { enum: [1, 2] } } } }, { a: [1, 3] }, '/a/1', 'must be one of [1,2]'],
    [{ additionalProperties: false }, { b: 1 }, '', 'must not have the property "b"'],
    [{ properties: { d: { format: 'date' } } }, { d: '2026-02-30' }, '/d', 'must match format "date"'],
    [{ $ref: '#/$defs/n', $defs: { n: { const: 'x' } } }, 'y', '', 'must be "x"'],
  ])('%j names the place and the reason', (schema, value, path, reason) => {
    expect(compile(schema as JsonObject)(value)).toEqual({ path, reason });
  });

  it('takes formats and keywords that nobody knows for words', () => {
    expect(compile({ type: 'string', format: 'colour', 'x-note': 1 })('x')).toBeUndefined();
  });

  it('gives up a pattern that takes for ever, and one that is quick is not watched', () => {
    expect(compile({ pattern: '^(a+)+$' })(`${'a'.repeat(60)}b`)?.reason).toContain('takes more than 2 s');
    expect(compile({ pattern: '^(a+)+$' })('aaa')).toBeUndefined();
    expect(compile({ pattern: '^[A-Z]{2}\\-\\d+$' })('AB-1')).toBeUndefined();
  });

  it('does not run over by a value that is nested for ever', () => {
    const check = compile({ $ref: '#/$defs/list', $defs: { list: { items: { $ref: '#/$defs/list' } } } });
    expect(check(JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`))?.reason).toContain('too deeply');
  });

  it('refuses a schema in a circle, and one that promises', () => {
    const circle: Record<string, JsonValue> = {};
    circle['items'] = circle;
    expect(() => compile(circle)).toThrow(expect.objectContaining({ code: 'BR-E0130' }));
    expect(() => compile({ $async: true })).toThrow('$async');
  });

  it('knows the drafts of the last years, each by its own rules', () => {
    const seven = { $schema: 'http://json-schema.org/draft-07/schema#', items: [{ type: 'string' }], additionalItems: false };
    expect(compile(seven)(['a', 'b'])).toBeDefined();
    expect(compile({ prefixItems: [{ type: 'string' }], items: false })(['a', 'b'])).toBeDefined();
  });
});
