import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isBatchrockError } from '../errors/index.ts';
import { MODEL_CATALOGUE } from './catalogue-data.ts';
import { parseCatalogue } from './parse-catalogue.ts';
import { resolveModel } from './resolve.ts';

const NOVA = 'amazon.nova-lite-v1:0';

function refusal(file: unknown): string {
  try {
    parseCatalogue(file);
  } catch (error) {
    if (isBatchrockError(error)) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'accepted';
}

describe('a catalogue file', () => {
  it('changes what it names of a known model, and nothing else', () => {
    const price = { input: 0.05, output: 0.2, date: '2026-11-22' };
    const catalogue = parseCatalogue({ models: [{ id: NOVA, price, limits: { minRecords: 10 }, traits: { media: ['image'] } }] });
    expect(catalogue).toHaveLength(MODEL_CATALOGUE.length);
    const model = resolveModel(`us.${NOVA}`, { catalogue });
    expect(model.price).toEqual({ ...price, source: 'a catalogue file' });
    expect(model.limits).toMatchObject({ minRecords: 10, maxJobBytes: 100_000_000_000 });
    expect(model.traits).toEqual({ native: 'nova', thinking: 'none', media: ['image'] });
    expect(resolveModel(NOVA).limits.minRecords).toBe(100);
  });

  it('adds models, and takes away what is null', () => {
    const catalogue = parseCatalogue({
      models: [
        { id: 'acme.chat-1', name: 'Acme Chat', family: 'converse', native: 'openai-shaped', profiles: ['us'] },
        { id: NOVA, price: null },
        { id: 'cohere.embed-v4:0', refused: null },
      ],
    });
    const acme = resolveModel('us.acme.chat-1', { catalogue });
    expect([acme.family.name, acme.speaks.InvokeModel?.name, acme.warnings]).toEqual(['converse', 'openai-shaped', []]);
    expect(resolveModel(NOVA, { catalogue }).price).toBeUndefined();
    expect(resolveModel('cohere.embed-v4:0', { catalogue }).family.name).toBe('cohere-embed-v4');
    expect(() => resolveModel('acme.chat-2', { catalogue })).toThrow('the nearest that are known: acme.chat-1');
  });

  it('is refused with everything that is wrong in it', () => {
    expect(refusal([])).toBe('BR-E0120 the catalogue is not sound: the file has to be an object with a list `models`');
    expect(
      refusal({
        models: [
          { id: 'acme.chat' },
          {
            id: NOVA,
            prize: {},
            price: { input: -1, output: 1 },
            limits: { minRecords: 0 },
            family: 'novel',
            traits: { media: ['smell'] },
          },
          { id: NOVA },
          { name: 'x' },
        ],
      }),
    ).toMatch(
      new RegExp(
        [
          'models\\[0\\].family is missing, and acme.chat is no known model; it is one of anthropic',
          'models\\[1\\].prize is no field \\(did you mean price\\?\\)',
          'models\\[1\\].family is "novel"; the families are anthropic',
          'models\\[1\\].traits.media has to be a list of image',
          'models\\[1\\].limits.minRecords has to be a whole number from 1',
          'models\\[1\\].price.date has to be the day of the price',
          'models\\[1\\].price.input has to be US dollars',
          'models\\[2\\].id is "amazon.nova-lite-v1:0" again',
          'models\\[3\\].id has to be the id of a model',
        ].join('.*; '),
      ),
    );
  });

  it('throws nothing but an input error, whatever it holds', () => {
    const entry = fc.oneof(
      fc.anything(),
      fc.record({
        id: fc.constantFrom(NOVA, 'acme.x'),
        family: fc.anything(),
        native: fc.anything(),
        traits: fc.anything(),
        limits: fc.anything(),
        price: fc.anything(),
        profiles: fc.anything(),
      }),
    );
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.record({ models: fc.array(entry) })), (file) => {
        expect(refusal(file)).toMatch(/^(BR-E0120 |accepted$)/);
      }),
      { numRuns: 300 },
    );
  });
});
