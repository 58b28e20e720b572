import { describeModels } from '@batchrock/core';
import { expect, test } from 'vitest';
import { isQuotaOf, limitsOf, readQuota } from './quota-names.ts';

const MODELS = describeModels();

/** The models of the catalogue that a name in a quota is taken for. */
const named = (name: string): readonly string[] =>
  MODELS.filter((each) => isQuotaOf(name, each.id, each.name)).map(({ id }) => id);

test('each of the six quotas of a model is read, wherever its unit stands', () => {
  const read = (name: string, value: number) => readQuota(name, value);
  expect(read('Sum of in-progress and submitted batch inference jobs using a base model for Claude Sonnet 4.5.', 20)).toEqual({
    limit: 'maxJobs',
    model: 'Claude Sonnet 4.5.',
    value: 20,
  });
  expect(read('Minimum number of records per batch inference job for X', 100)?.limit).toBe('minRecords');
  expect(read('Records per batch inference job for X', 100_000)?.limit).toBe('maxRecords');
  expect(read('Records per input file per batch inference job for X', 100_000)?.limit).toBe('maxRecordsPerFile');
  const size = { limit: 'maxFileBytes', model: 'Qwen3 235B', value: 1_000_000_000 };
  expect(read('Batch inference input file size (in GB) for Qwen3 235B', 1)).toEqual(size);
  expect(read('Batch inference input file size for Qwen3 235B (in GB)', 1)).toEqual(size);
  expect(read('Batch inference job size for DeepSeek v3 (in GB)', 5)).toMatchObject({
    limit: 'maxJobBytes',
    value: 5_000_000_000,
  });
});

test('other quotas, and values that no run could be planned with, are passed over', () => {
  for (const name of [
    'On-demand model inference requests per minute for Anthropic Claude 3 Haiku',
    'Sum of in-progress and submitted batch inference jobs using a custom model for Titan',
    '(Flows) GetFlow requests per second',
  ])
    expect(readQuota(name, 100)).toBeUndefined();
  expect(readQuota('Records per batch inference job for X', 0)).toBeUndefined();
  expect(readQuota('Records per batch inference job for X', Number.NaN)).toBeUndefined();
});

test.each([
  ['Claude Sonnet 4.5.', 'anthropic.claude-sonnet-4-5-20250929-v1:0'],
  ['Anthropic Claude 3 Haiku', 'anthropic.claude-3-haiku-20240307-v1:0'],
  ['Claude 3.5 Sonnet', 'anthropic.claude-3-5-sonnet-20240620-v1:0'],
  ['Claude 3.5 Sonnet v2', 'anthropic.claude-3-5-sonnet-20241022-v2:0'],
  ['Nova Lite V1', 'amazon.nova-lite-v1:0'],
  ['Amazon Nova 2 Multimodal Embeddings V1', 'amazon.nova-2-multimodal-embeddings-v1:0'],
  ['Titan Text Embeddings V2', 'amazon.titan-embed-text-v2:0'],
  ['Titan Multimodal Embeddings G1', 'amazon.titan-embed-image-v1'],
  ['DeepSeek v3', 'deepseek.v3-v1:0'],
  ['Mistral Large 2 (24.07)', 'mistral.mistral-large-2407-v1:0'],
  ['Mistral Small', 'mistral.mistral-small-2402-v1:0'],
  ['OpenAI GPT OSS 120b', 'openai.gpt-oss-120b-1:0'],
  ['Qwen3 235B', 'qwen.qwen3-235b-a22b-2507-v1:0'],
  ['Qwen3 Coder 480B', 'qwen.qwen3-coder-480b-a35b-v1:0'],
  ['Llama 3.1 405B Instruct', 'meta.llama3-1-405b-instruct-v1:0'],
])('%s, as quotas call it, is the model %s and no other', (name, id) => expect(named(name)).toEqual([id]));

test('no two models of the catalogue are taken for one', () => {
  expect(MODELS.filter(({ name }) => named(name).length > 1).map(({ name }) => name)).toEqual([]);
});

test('the limits of a model are those of its own quotas', () => {
  const quotas = [
    { limit: 'maxJobs', model: 'Nova Lite V1', value: 20 },
    { limit: 'maxJobs', model: 'Nova Pro V1', value: 30 },
    { limit: 'minRecords', model: 'Nova Lite V1', value: 10 },
  ] as const;
  expect(limitsOf(quotas, { id: 'amazon.nova-lite-v1:0', name: 'Nova Lite' })).toEqual({ maxJobs: 20, minRecords: 10 });
  expect(limitsOf(quotas, { id: 'amazon.nova-2-lite-v1:0', name: 'Nova 2 Lite' })).toEqual({});
});
