import { describe, expect, test } from 'vitest';
import type { Unsupported } from './chat.ts';
import type { JsonObject } from './json.ts';
import { novaToolSchema } from './nova-tool-schema.ts';

function sent(parameters: JsonObject): { readonly schema: JsonObject; readonly told: readonly Unsupported[] } {
  const told: Unsupported[] = [];
  const schema = novaToolSchema({ at: 'tools[0]', name: 'f', parameters }, (each) => void told.push(each));
  return { schema, told };
}

const text = { type: 'string' } as const;

describe('the parameters of a tool for Nova', () => {
  test('are as they are where they have what it takes', () => {
    const parameters = { type: 'object', properties: { a: { ...text, description: 'A' } }, required: ['a'] };
    expect(sent(parameters)).toEqual({ schema: parameters, told: [] });
  });

  test('lose what stands at their top beside type, properties and required, and it is said', () => {
    const inner = { type: 'object', properties: { b: text }, additionalProperties: false };
    const { schema, told } = sent({
      type: 'object',
      title: 'Query',
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      description: 'a query',
      properties: { a: inner },
      additionalProperties: false,
    });
    expect(schema).toEqual({ type: 'object', properties: { a: inner } });
    expect(told).toEqual([
      {
        effect: 'changed',
        code: 'tool_schema_changed',
        path: 'tools[0].function.parameters',
        message: expect.stringContaining('told without description, additionalProperties: Nova'),
      },
    ]);
  });

  test('have their definitions written out, what stands beside a reference included', () => {
    const { schema, told } = sent({
      type: 'object',
      properties: {
        a: { $ref: '#/$defs/colour', description: 'of the door' },
        b: { type: 'array', items: { $ref: '#/definitions/pair' } },
      },
      $defs: { colour: { enum: ['red'] } },
      definitions: { pair: { type: 'object', properties: { one: { $ref: '#/$defs/colour' } } } },
    });
    expect(schema['properties']).toEqual({
      a: { enum: ['red'], description: 'of the door' },
      b: { type: 'array', items: { type: 'object', properties: { one: { enum: ['red'] } } } },
    });
    expect(told).toEqual([]);
  });

  test('may be anything where they refer to themselves, or to nothing', () => {
    const { schema } = sent({
      type: 'object',
      properties: { tree: { $ref: '#/$defs/tree' }, all: { $ref: '#' }, none: { $ref: '#/$defs/none' }, far: { $ref: 'x.json' } },
      $defs: { tree: { type: 'object', properties: { next: { $ref: '#/$defs/tree' } } } },
    });
    expect(schema['properties']).toEqual({
      tree: { type: 'object', properties: { next: {} } },
      all: {},
      none: {},
      far: {},
    });
  });

  test('do not grow without end where definitions double one another', () => {
    const defs = Object.fromEntries(
      Array.from({ length: 40 }, (_, i): [string, JsonObject] => {
        const next = { $ref: `#/$defs/d${i + 1}` };
        return [`d${i}`, { type: 'object', properties: { a: next, b: next } }];
      }),
    );
    const { schema } = sent({ type: 'object', properties: { a: { $ref: '#/$defs/d0' } }, $defs: defs });
    expect(JSON.stringify(schema).length).toBeLessThan(2_000_000);
  });
});
