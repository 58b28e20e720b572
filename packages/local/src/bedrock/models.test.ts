import { MODEL_CATALOGUE } from '@batchrock/core';
import { describe, expect, test } from 'vitest';
import { createModelTable, identifyModel } from './model-identity.ts';
import { SERVICE_MODELS } from './model-table.ts';

const home = { account: '123456789012', region: 'us-east-1' };
const table = createModelTable();
const arnOf = (id: string): string => identifyModel(id, table, home).arn;

describe('models of the local service', () => {
  test('every model of the catalogue is taken for batch, by itself or by a profile as the catalogue says', () => {
    for (const { id, direct } of MODEL_CATALOGUE.filter(({ refused }) => refused === undefined)) {
      const model = SERVICE_MODELS.find((each) => each.id === id);
      expect(model, id).toMatchObject(direct ? { batch: true, direct } : { batch: true, profiles: true });
    }
  });

  test('ids, profiles and ARNs come back as ARNs', () => {
    const id = 'amazon.nova-pro-v1:0';
    expect(arnOf(id)).toBe(`arn:aws:bedrock:us-east-1::foundation-model/${id}`);
    expect(arnOf(`us.${id}`)).toBe(`arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.${id}`);
    const china = `arn:aws-cn:bedrock:cn-north-1::foundation-model/${id}`;
    expect(arnOf(china)).toBe(china);
    const custom = 'arn:aws:bedrock:us-east-1:123456789012:custom-model/amazon.titan-embed-image-v1:0/abcdefghijkl';
    expect(identifyModel(custom, table, home).model.id).toBe('amazon.titan-embed-image-v1');
    const gov = identifyModel(id, table, { ...home, region: 'us-gov-west-1' });
    expect(gov.arn).toBe(`arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/${id}`);
  });

  test.each([
    'nothing.at-all',
    'xx.amazon.nova-pro-v1:0',
    'us.amazon.titan-embed-text-v2:0',
    'arn:aws:bedrock:us-east-1::foundation-model/x',
  ])('%s is no model', (id) => expect(() => arnOf(id)).toThrow('The provided model identifier is invalid.'));

  test('a model that was added is known, by profiles too', () => {
    const added = createModelTable(['acme.new-model-v1:0']);
    expect(identifyModel('eu.acme.new-model-v1:0', added, home).kind).toBe('inference-profile');
  });

  test('any other model is taken where that is wanted, by profiles too', () => {
    const any = createModelTable([], true);
    expect(identifyModel('eu.acme.new-model-v1:0', any, home)).toMatchObject({
      kind: 'inference-profile',
      model: { id: 'acme.new-model-v1:0' },
    });
    expect(identifyModel('acme.other', any, home).kind).toBe('foundation-model');
    expect(any.models.map((model) => model.id)).toContain('acme.other');
    for (const id of ['acme', 'us.amazon.titan-embed-text-v2:0', 'a b.c'])
      expect(() => identifyModel(id, any, home)).toThrow('The provided model identifier is invalid.');
  });
});
