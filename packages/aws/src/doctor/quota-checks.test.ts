import { describeModels } from '@batchrock/core';
import { expect, test } from 'vitest';
import { isSameModel } from './quota-checks.ts';

test('a model is found by the spellings of the quotas', () => {
  expect(isSameModel('Claude Sonnet 4.5.', 'Claude Sonnet 4.5')).toBe(true);
  expect(isSameModel('Anthropic Claude 3 Haiku', 'Claude 3 Haiku')).toBe(true);
  expect(isSameModel('Nova Lite V1', 'Nova Lite')).toBe(true);
  expect(isSameModel('Amazon Nova 2 Multimodal Embeddings V1', 'Nova 2 Multimodal Embeddings')).toBe(true);
});

test('no two models of the catalogue are taken for one', () => {
  const names = describeModels().map(({ name }) => name);
  const same = names.flatMap((one, i) => names.slice(i + 1).filter((other) => isSameModel(one, other)));
  expect(same).toEqual([]);
});
