import { describe, expect, test } from 'vitest';
import { embedText } from './embedding.ts';

const embed = (text: string, dimensions = 1024, normalize = true): readonly number[] =>
  embedText({ kind: 'embedding', modelId: 'm', text, dimensions, normalize }).vector;
const cosine = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

describe('embeddings by feature hashing', () => {
  test('like texts get like vectors', () => {
    const query = embed('how do I reset my password');
    const near = cosine(query, embed('I forgot my password and want to reset it'));
    const far = cosine(query, embed('the harvest of olives begins in autumn'));
    expect(near).toBeGreaterThan(0.3);
    expect(far).toBeLessThan(0.15);
  });

  test.each([256, 512, 1024])('have %i dimensions and length 1', (dimensions) => {
    const vector = embed('some words to embed', dimensions);
    expect(vector).toHaveLength(dimensions);
    expect(cosine(vector, vector)).toBeCloseTo(1, 3);
  });

  test('keep their length when they are not normalised', () => {
    const vector = embed('some words to embed', 256, false);
    expect(cosine(vector, vector)).toBeGreaterThan(4);
  });

  test('are not zero for a text without words', () => {
    expect(embed('!?').some((value) => value !== 0)).toBe(true);
  });
});
