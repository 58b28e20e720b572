import {
  FAMILIES,
  type Family,
  GIVEN_SCHEMAS,
  MODEL_CATALOGUE,
  REQUEST_SCHEMAS,
  type ResolvedModel,
  resolveModel,
  type Unsupported,
} from '@batchrock/core';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chatRequest, embeddingRequest } from './chat-arbitrary.ts';

const ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false, allowUnionTypes: true });
const judges = new Map(Object.entries(REQUEST_SCHEMAS).map(([name, schema]) => [name, ajv.compile(schema)]));
const loose = new Map(
  Object.entries(GIVEN_SCHEMAS).map(([name, schema]) => [name, new Ajv2020({ strict: false }).compile(schema)]),
);

function judgeOf({ name }: Family): ValidateFunction {
  const judge = judges.get(name);
  if (judge === undefined) throw new Error(`no schema is kept for the family ${name}`);
  return judge;
}

/** By the schema of all that is written here, and by that of what must not be in any request. */
function accept(family: Family, body: unknown): void {
  for (const judge of [judgeOf(family), loose.get(family.name)]) {
    if (judge !== undefined && !judge(JSON.parse(JSON.stringify(body)))) {
      throw new Error(`${ajv.errorsText(judge.errors)} in ${JSON.stringify(body)}`);
    }
  }
}

/** Each way to speak to a model, once for models of the same traits; Cohere's as they are spoken to when they are accepted. */
const spoken: readonly (readonly [string, ResolvedModel, Family])[] = MODEL_CATALOGUE.flatMap((entry) => {
  const model = resolveModel(entry.id, entry.refused ? { family: entry.family } : {});
  return Object.values(model.speaks).map((family) => [`${entry.id} as ${family.name}`, model, family] as const);
}).filter(([, { traits }, { name }], i, all) => {
  const same = JSON.stringify([name, traits]);
  return all.findIndex(([, other, family]) => JSON.stringify([family.name, other.traits]) === same) === i;
});

describe('the schema of its family takes', () => {
  test.each(FAMILIES.map((family) => [family.name, family] as const))('every prompt and every padding of %s', (_, family) => {
    accept(family, family.sentinel());
    const params = family.parseParams({});
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.option(fc.string(), { nil: undefined }), (text, system) => {
        // a blank text is the user's own, and refused by the service alone
        fc.pre(text.trim() !== '' && (system === undefined || system.trim() !== ''));
        accept(family, family.request({ text, params, ...(system === undefined ? {} : { system }) }));
      }),
      { numRuns: 50 },
    );
  });

  test.each(spoken)('every conversation, or text to embed, of %s', (_, model, family) => {
    const told: Unsupported[] = [];
    const sink = (unsupported: Unsupported): void => void told.push(unsupported);
    const requests = family.task === 'text' ? chatRequest : embeddingRequest;
    fc.assert(
      fc.property(requests, (request) => {
        told.length = 0;
        const body =
          'turns' in request ? family.chat!(request, model.traits, sink) : family.embedding!(request, model.traits, sink);
        for (const { code, path, message } of told) {
          expect(code).toMatch(/^[a-z0-9_]+$/);
          expect(path).not.toBe('');
          expect(message).toMatch(/^[a-z]/);
        }
        if (!told.some(({ effect }) => effect === 'impossible')) accept(family, body);
      }),
      { numRuns: 60 },
    );
  });
});

test('the schemas refuse what the services refuse', () => {
  const claude = { anthropic_version: 'bedrock-2023-05-31', max_tokens: 1, messages: [{ role: 'user', content: [] }] };
  expect(judges.get('anthropic')!(claude)).toBe(false);
  expect(judges.get('converse')!({ messages: [{ role: 'user', content: [{ text: ' ' }] }] })).toBe(false);
  expect(judges.get('converse')!({ messages: [{ role: 'user', content: [{ text: 'a' }] }], toolConfig: {} })).toBe(false);
  expect(
    judges.get('nova')!({ messages: [{ role: 'user', content: [{ text: 'a' }] }], inferenceConfig: { max_tokens: 1 } }),
  ).toBe(false);
});
