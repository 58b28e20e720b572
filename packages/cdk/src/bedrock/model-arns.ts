import { Arn, ArnFormat, Aws, type Stack, Token } from 'aws-cdk-lib';

/**
 * The Regions that an inference profile leads to, by the geography in its id (User Guide, inference-profiles-support,
 * 2026-11). Patterns and not lists: Bedrock adds Regions to a geography without a new profile id, and a list that is behind
 * fails jobs at random. `*` stands for no Region too, which is how global profiles name their models.
 */
const regionsOfGeography: Readonly<Record<string, readonly string[]>> = {
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

/** Who makes the models: the first word of a model's own id (User Guide, models-supported, 2026-11). */
const providers: readonly string[] = [
  'ai21',
  'amazon',
  'anthropic',
  'cohere',
  'deepseek',
  'google',
  'luma',
  'meta',
  'minimax',
  'mistral',
  'moonshot',
  'moonshotai',
  'nvidia',
  'openai',
  'qwen',
  'stability',
  'twelvelabs',
  'writer',
  'zai',
];

/** ARNs of what the default policy allows: every model and every profile. */
export function everyModel(stack: Stack): string[] {
  return [
    foundationModel('*', '*'),
    ownResource(stack, 'inference-profile', '*'),
    ownResource(stack, 'application-inference-profile', '*'),
    ownResource(stack, 'custom-model', '*'),
  ];
}

/** ARNs that a role must be allowed for these models. Throws when one of them is no model. */
export function modelArns(stack: Stack, models: readonly string[]): string[] {
  if (models.length === 0) throw new Error('models is empty, so that no job could run; name a model, or leave models out');
  const arns = new Set(models.flatMap((model, i) => arnsOf(stack, model, `models[${i}]`)));
  refuseBareApplicationProfiles(models);
  return [...arns];
}

function arnsOf(stack: Stack, model: string, where: string): string[] {
  if (model.startsWith('arn:')) return arnsOfArn(model, where);
  if (Token.isUnresolved(model)) return [model];
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+(:[a-z0-9-]+){0,2}$/.test(model)) {
    throw new Error(
      `${where} is '${model}', which is no id of a model or an inference profile and no ARN; ` +
        "give an id such as 'amazon.nova-pro-v1:0' or 'us.amazon.nova-pro-v1:0', or an ARN",
    );
  }
  const own = foundationModel(stack.region, model);
  const regions = destinationsOf(model);
  if (regions !== undefined) return profileArns(stack, model, regions);
  // a geography or a provider that is newer than the lists above: what is allowed must do for both
  return isOwnId(model) ? [own] : [own, ...profileArns(stack, model, ['*'])];
}

function profileArns(stack: Stack, profile: string, regions: readonly string[]): string[] {
  return [
    ownResource(stack, 'inference-profile', profile),
    ...regions.map((region) => foundationModel(region, baseModel(profile))),
  ];
}

function arnsOfArn(arn: string, where: string): string[] {
  const [, , service, , , ...rest] = arn.split(':');
  if (service !== 'bedrock' || rest.length === 0) {
    throw new Error(
      `${where} is '${arn}', which is no ARN of Amazon Bedrock; ` +
        "give one such as 'arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0'",
    );
  }
  const { resource, resourceName = '' } = Arn.split(arn, ArnFormat.SLASH_RESOURCE_NAME);
  const regions = resource === 'inference-profile' ? (destinationsOf(resourceName) ?? ['*']) : [];
  if (!['foundation-model', 'inference-profile', 'application-inference-profile', 'custom-model'].includes(resource)) {
    throw new Error(
      `${where} is '${arn}', an ARN of '${resource}'; batch inference takes foundation-model, inference-profile, ` +
        'application-inference-profile and custom-model',
    );
  }
  return [arn, ...regions.map((region) => foundationModel(region, baseModel(resourceName)))];
}

/** Bedrock checks the model behind an application profile too, and the profile's ARN does not tell which that is. */
function refuseBareApplicationProfiles(models: readonly string[]): void {
  const isApplicationProfile = (model: string) => model.includes(':application-inference-profile/');
  if (!models.every(isApplicationProfile)) return;
  throw new Error(
    `models names only application inference profiles (${models.join(', ')}), and Bedrock also asks for the model that they ` +
      'lead to; name that model or its inference profile beside them',
  );
}

/** The Regions that a profile's id names by its geography; undefined when it begins with none that is known. */
function destinationsOf(model: string): readonly string[] | undefined {
  const [geography = '', , ...more] = model.split('.');
  return more.length === 0 ? undefined : regionsOfGeography[geography];
}

/** Whether an id is a model's own: its provider, then a name, which may have dots in its version. */
function isOwnId(model: string): boolean {
  const [provider = '', , ...more] = model.split('.');
  return more.length === 0 || providers.includes(provider);
}

function baseModel(profile: string): string {
  return profile.slice(profile.indexOf('.') + 1);
}

function foundationModel(region: string, model: string): string {
  return `arn:${Aws.PARTITION}:bedrock:${region}::foundation-model/${model}`;
}

function ownResource(stack: Stack, resource: string, resourceName: string): string {
  return stack.formatArn({ service: 'bedrock', resource, resourceName });
}
