import { describe, expect, it } from 'vitest';
import { isBatchrockError } from '../errors/index.ts';
import { MODEL_CATALOGUE } from './catalogue-data.ts';
import { FAMILIES } from './families.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { paramWarnings } from './param-warnings.ts';
import { batchPrice } from './prices.ts';
import { type ResolveOptions, resolveModel } from './resolve.ts';

const HAIKU = 'anthropic.claude-3-haiku-20240307-v1:0';
const HAIKU_45 = 'anthropic.claude-haiku-4-5-20251001-v1:0';
const APPLICATION = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4e5f6';

function refusal(id: string, options?: ResolveOptions): string {
  try {
    resolveModel(id, options);
  } catch (error) {
    if (isBatchrockError(error)) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'accepted';
}

describe('resolving a model id', () => {
  it.each([
    [HAIKU, HAIKU, undefined, 'anthropic'],
    ['us.amazon.nova-pro-v1:0', 'amazon.nova-pro-v1:0', 'us', 'nova'],
    ['us-gov.amazon.nova-pro-v1:0', 'amazon.nova-pro-v1:0', 'us-gov', 'nova'],
    ['apac.amazon.nova-lite-v1:0', 'amazon.nova-lite-v1:0', 'apac', 'nova'],
    [`jp.${HAIKU_45}`, HAIKU_45, 'jp', 'anthropic'],
    [`au.${HAIKU_45}`, HAIKU_45, 'au', 'anthropic'],
    ['ca.amazon.nova-lite-v1:0', 'amazon.nova-lite-v1:0', 'ca', 'nova'],
    [`global.${HAIKU_45}`, HAIKU_45, 'global', 'anthropic'],
    ['deepseek.v3.2', 'deepseek.v3.2', undefined, 'converse'],
    ['zai.glm-4.7-flash', 'zai.glm-4.7-flash', undefined, 'converse'],
    ['amazon.nova-2-multimodal-embeddings-v1:0', 'amazon.nova-2-multimodal-embeddings-v1:0', undefined, 'nova-embed'],
    ['amazon.titan-embed-image-v1', 'amazon.titan-embed-image-v1', undefined, 'titan-embed-image'],
    ['amazon.titan-embed-text-v2:0', 'amazon.titan-embed-text-v2:0', undefined, 'titan-embed-text'],
    [`arn:aws:bedrock:us-east-1::foundation-model/${HAIKU}`, HAIKU, undefined, 'anthropic'],
    ['arn:aws-cn:bedrock:cn-north-1::foundation-model/amazon.nova-pro-v1:0', 'amazon.nova-pro-v1:0', undefined, 'nova'],
    ['arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/amazon.nova-pro-v1:0', 'amazon.nova-pro-v1:0', undefined, 'nova'],
    [`arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.${HAIKU_45}`, HAIKU_45, 'eu', 'anthropic'],
    [`arn:aws:bedrock:us-east-1:123456789012:custom-model/${HAIKU}:48k/abcdefghijkl`, HAIKU, undefined, 'anthropic'],
  ])('understands %s', (id, baseId, profile, family) => {
    const model = resolveModel(id);
    expect([model.modelId, model.baseId, model.profile, model.family.name]).toEqual([id, baseId, profile, family]);
  });

  it('refuses an unknown id and names the nearest known ones', () => {
    expect(refusal('anthropic.claude-3-haiku-20240307-v2:0')).toBe(
      `BR-E0105 unknown model "anthropic.claude-3-haiku-20240307-v2:0"; the nearest that are known: ${HAIKU}, anthropic.claude-3-5-haiku-20241022-v1:0, anthropic.claude-3-opus-20240229-v1:0`,
    );
    expect(refusal('claude-3-haiku')).toContain(`the nearest that are known: ${HAIKU}`);
    expect(refusal('us.anthropic.claude-opus-9')).toContain('anthropic.claude-opus-5');
    expect(refusal('gpt-4o')).toBe('BR-E0105 unknown model "gpt-4o"');
  });

  it.each([
    ['', 'it is empty'],
    ['anthropic/claude', 'characters that a model id cannot have'],
    ['модель', 'characters that a model id cannot have'],
    ['arn:aws:s3:::bucket', 'it is no ARN of Bedrock'],
    [`arn:aws:bedrock:us-east-1:123456789012:foundation-model/${HAIKU}`, 'has no account'],
    [
      'arn:aws:bedrock:us-east-1::application-inference-profile/abc',
      'an application-inference-profile has an account of 12 digits',
    ],
    ['arn:aws:bedrock:us-east-1:123456789012:inference-profile/xx.amazon.nova-pro-v1:0', 'is no cross-Region profile'],
    ['arn:aws:bedrock:us-east-1:123456789012:custom-model/abcdefghijkl', 'ends in <base model id>/<12 characters>'],
    ['arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abcdefghijkl', 'not provisioned-model'],
    ['a'.repeat(2049), 'it has 2049 characters'],
  ])('refuses %s', (id, why) => {
    expect(refusal(id)).toMatch(/^BR-E0105 /);
    expect(refusal(id)).toContain(why);
  });

  it('does not take long over a hostile id', () => {
    // catastrophic backtracking would need years for this
    expect(refusal(`${'a_'.repeat(1000)}!`)).toContain('characters that a model id cannot have');
  });

  it('runs an unknown model when it is told how to speak to it, and warns', () => {
    expect(resolveModel('acme.chat-1', { family: 'anthropic' })).toMatchObject({
      baseId: 'acme.chat-1',
      limits: DEFAULT_LIMITS,
      warnings: [
        'acme.chat-1 is not in the catalogue: it is spoken to as anthropic, its limits are the usual ones, its price is unknown',
      ],
    });
    expect(resolveModel('acme.chat-1', { invocationType: 'Converse' }).family.name).toBe('converse');
    expect(resolveModel('acme.chat-1', { family: 'nova' }).price).toBeUndefined();
    expect(refusal('acme.chat-1', { invocationType: 'InvokeModel' })).toMatch(/^BR-E0105/);
  });

  it('asks how to speak to an application profile, whose model its ARN does not tell', () => {
    expect(refusal(APPLICATION)).toBe(`BR-E0105 "${APPLICATION}" does not tell which model stands behind it`);
    const model = resolveModel(APPLICATION, { family: 'nova' });
    expect(model.family.name).toBe('nova');
    expect(model.warnings[0]).toContain('does not tell its model');
  });

  it('takes an application profile for the model that it is told to lead to, at the price of the way there', () => {
    const arnIn = (region: string) => `arn:aws:bedrock:${region}::foundation-model/${HAIKU_45}`;
    const geographic = resolveModel(`us.${HAIKU_45}`);
    const across = resolveModel(APPLICATION, { leadsTo: [arnIn('us-east-1'), arnIn('us-west-2')] });
    expect(across).toEqual({ ...geographic, modelId: APPLICATION, profile: undefined });
    const global = resolveModel(APPLICATION, { leadsTo: [arnIn('us-east-1'), arnIn('')] });
    expect(global.price).toEqual(resolveModel(`global.${HAIKU_45}`).price);
    expect(global.price).not.toEqual(across.price);
    const single = `arn:aws:bedrock:us-east-1::foundation-model/${HAIKU}`;
    expect(resolveModel(APPLICATION, { leadsTo: [single] })).toEqual({ ...resolveModel(HAIKU), modelId: APPLICATION });
  });

  it('does not guess where an application profile leads to several models, or to one that is not known', () => {
    const arnOf = (id: string) => `arn:aws:bedrock:us-east-1::foundation-model/${id}`;
    expect(refusal(APPLICATION, { leadsTo: [arnOf(HAIKU), arnOf(HAIKU_45)] })).toContain('does not tell which model');
    expect(refusal(APPLICATION, { leadsTo: [arnOf('acme.chat-1')] })).toContain('unknown model');
    const told = resolveModel(APPLICATION, { leadsTo: [arnOf('acme.chat-1')], family: 'nova' });
    expect(told.baseId).toBe('acme.chat-1');
    expect(told.warnings[0]).toContain('is not in the catalogue');
  });

  it('looks at nothing else for an id that tells its model', () => {
    const leadsTo = [`arn:aws:bedrock:us-east-1::foundation-model/${HAIKU_45}`];
    expect(resolveModel(HAIKU, { leadsTo })).toEqual(resolveModel(HAIKU));
  });

  it('speaks Converse to a known chat model when asked', () => {
    expect(resolveModel(HAIKU, { invocationType: 'Converse' }).family.name).toBe('converse');
    expect(resolveModel(HAIKU, { invocationType: 'Converse' }).price?.input).toBe(0.25);
  });

  it('refuses options that contradict each other or the model', () => {
    expect(refusal(HAIKU, { family: 'nova', invocationType: 'Converse' })).toMatch(/^BR-E0120 family nova is spoken in jobs/);
    expect(refusal('amazon.titan-embed-text-v2:0', { invocationType: 'Converse' })).toBe(
      'BR-E0120 amazon.titan-embed-text-v2:0 makes embeddings: it cannot be spoken to as converse',
    );
    expect(refusal('amazon.nova-2-multimodal-embeddings-v1:0', { family: 'nova' })).toMatch(/^BR-E0120/);
    expect(refusal(HAIKU, { family: 'titan-embed-text' })).toMatch(/^BR-E0120/);
    expect(refusal(HAIKU, { family: 'antropic' })).toBe(
      'BR-E0120 unknown model family "antropic" (did you mean anthropic?); the families are anthropic, nova, openai-shaped, gpt-oss, mistral-chat, mistral-prompt, llama, llama-4, titan-embed-text, titan-embed-image, nova-embed, cohere-embed-v3, cohere-embed-v4, converse',
    );
  });

  it('knows embedding models that are not offered for batch, and speaks to them when it is told how', () => {
    expect(refusal('cohere.embed-v4:0')).toContain('it is not offered for batch inference');
    const model = resolveModel('cohere.embed-v4:0', { family: 'cohere-embed-v4' });
    expect(model.warnings).toEqual([expect.stringContaining('it is not offered for batch inference')]);
  });

  it.each(MODEL_CATALOGUE.filter((entry) => !entry.refused).map((entry) => entry.id))(
    'finds a family of %s for every type of job that there is for it',
    (id) => {
      const model = resolveModel(id);
      const isText = model.family.task === 'text';
      expect(resolveModel(id, { invocationType: 'InvokeModel' }).family).toBe(model.speaks.InvokeModel);
      expect(model.speaks.InvokeModel?.invocationType).toBe('InvokeModel');
      expect(model.traits.native).toBe(model.speaks.InvokeModel?.name);
      if (isText) expect(resolveModel(id, { invocationType: 'Converse' }).family.name).toBe('converse');
      expect(model.speaks.Converse?.name).toBe(isText ? 'converse' : undefined);
    },
  );

  it('warns of a bare id that is reached through profiles only, and of a profile that is not listed', () => {
    expect(resolveModel(HAIKU_45).warnings[0]).toContain(`take us.${HAIKU_45}, eu.${HAIKU_45}`);
    expect(resolveModel(`us.${HAIKU_45}`).warnings).toEqual([]);
    expect(resolveModel(`us.${HAIKU}`).warnings[0]).toContain(`the bare id is ${HAIKU}`);
  });

  it('keeps the prices of geographic profiles apart, and unknown ones unknown', () => {
    expect(resolveModel(`global.${HAIKU_45}`).price).toMatchObject({ input: 1, output: 5 });
    expect(resolveModel(`eu.${HAIKU_45}`).price).toMatchObject({ input: 1.1, output: 5.5 });
    expect(resolveModel('us.amazon.nova-pro-v1:0').price).toMatchObject({ input: 0.8, output: 3.2 });
    expect(resolveModel('global.anthropic.claude-opus-5').price).toBeUndefined();
    expect(resolveModel('us.anthropic.claude-opus-5').price?.input).toBe(5.5);
    expect(resolveModel('us-gov.amazon.nova-pro-v1:0').price).toBeUndefined();
    expect(resolveModel('arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/amazon.nova-pro-v1:0').price).toBeUndefined();
    expect(resolveModel(`arn:aws:bedrock:us-east-1:123456789012:custom-model/${HAIKU}/abcdefghijkl`).price).toBeUndefined();
    expect(resolveModel('zai.glm-4.7').price).toBeUndefined();
  });

  it('takes half of on demand for batch unless the price says otherwise', () => {
    const price = resolveModel(HAIKU).price!;
    expect(batchPrice(price)).toEqual({ input: 0.125, output: 0.625 });
    expect(batchPrice({ ...price, batch: { input: 0.2, output: 1 } })).toEqual({ input: 0.2, output: 1 });
  });

  it('lets limits be overridden one by one', () => {
    expect(resolveModel('amazon.nova-pro-v1:0').limits.maxJobBytes).toBe(100_000_000_000);
    expect(resolveModel('amazon.nova-pro-v1:0', { limits: { minRecords: 10 } }).limits).toEqual({
      ...DEFAULT_LIMITS,
      maxJobBytes: 100_000_000_000,
      minRecords: 10,
    });
  });

  it('warns of sampling parameters that a model refuses', () => {
    const opus = resolveModel('us.anthropic.claude-opus-5');
    expect(paramWarnings(opus, { max_tokens: 9, temperature: 0 })[0]).toContain('refuse temperature');
    expect(paramWarnings(opus, { max_tokens: 9 })).toEqual([]);
    expect(paramWarnings(resolveModel(HAIKU), { temperature: 0 })).toEqual([]);
  });
});

describe('the catalogue', () => {
  it('can speak to every model that it does not refuse, and has no id twice', () => {
    const names = FAMILIES.map((family) => family.name);
    for (const entry of MODEL_CATALOGUE) {
      if (!entry.refused) expect(names, entry.id).toContain(entry.family);
      if (!entry.direct) expect(entry.profiles.length, entry.id).toBeGreaterThan(0);
      for (const price of [entry.price, entry.geographicPrice]) if (price) expect(price.date).toMatch(/^\d{4}-\d\d-\d\d$/);
    }
    expect(new Set(MODEL_CATALOGUE.map((entry) => entry.id)).size).toBe(MODEL_CATALOGUE.length);
  });
});
