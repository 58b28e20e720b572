import { InputError, parseModelId } from '@batchrock/core';
import { bedrockArn, regionsOf, type SetupNeeds } from './needs.ts';

/**
 * The Regions that a cross-Region profile leads to, by the geography in its id (User Guide, inference-profiles-support, 2026-11).
 * Patterns and no lists: Bedrock adds Regions to a geography without a new profile id, and a list that is behind fails jobs at
 * random. `*` stands for no Region, too, which is how global profiles name their models.
 */
const REGIONS: Readonly<Record<string, readonly string[]>> = {
  us: ['us-*'],
  'us-gov': ['us-gov-*'],
  ca: ['ca-*', 'us-*'],
  eu: ['eu-*'],
  uk: ['eu-west-2'],
  apac: ['ap-*'],
  jp: ['ap-northeast-*'],
  au: ['ap-southeast-*'],
  global: ['*'],
};

/** The ARNs that a role has to be allowed to invoke for these models. Throws `BR-E0105` for what is no model. */
export function modelArns(needs: SetupNeeds): readonly string[] {
  const arns = new Set(
    needs.models.flatMap((model) => regionsOf(needs).flatMap((region) => arnsOf({ ...needs, region }, model))),
  );
  const isOpen = needs.models.every((model) => model.includes(':application-inference-profile/'));
  if (isOpen) {
    throw new InputError('BR-E0105', `${needs.models.join(', ')}: an application profile does not tell which model it leads to`, {
      hint: 'name that model, or its inference profile, beside it: --model is repeatable',
    });
  }
  return [...arns];
}

function arnsOf(needs: SetupNeeds, model: string): readonly string[] {
  const parsed = parseModelId(model);
  if ('problem' in parsed) throw new InputError('BR-E0105', `${JSON.stringify(model)} is no model id: ${parsed.problem}`);
  const { kind, baseId, profile } = parsed;
  const isArn = model.startsWith('arn:');
  if (kind === 'application-profile' || kind === 'custom') return [isArn ? model : bedrockArn(needs, `custom-model/${model}`)];
  const name = isArn ? model.slice(model.indexOf('/') + 1) : model;
  const own = (region: string): string => `arn:${needs.partition}:bedrock:${region}::foundation-model/${baseId}`;
  if (profile === undefined) return [own(needs.region)];
  return [bedrockArn(needs, `inference-profile/${name}`), ...(REGIONS[profile] ?? ['*']).map(own)];
}
