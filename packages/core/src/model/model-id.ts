/** A model id taken apart. */
export interface ParsedModelId {
  readonly kind: 'foundation' | 'profile' | 'application-profile' | 'custom';
  /** Without partition, Region, account and profile prefix; the ARN's last words where the model is not told. */
  readonly baseId: string;
  /** `us`, `eu`, `apac`, `global`, … */
  readonly profile?: string;
  /** Of an ARN. */
  readonly partition?: string;
  readonly region?: string;
}

/** Why an id cannot name a model: a clause for the error's message. */
export interface BadModelId {
  readonly problem: string;
}

/** Prefixes of cross-Region inference profiles; `us-gov` before `us`. */
const PROFILES = ['us-gov', 'us', 'eu', 'apac', 'jp', 'au', 'ca', 'global'] as const;

/** `modelId` of CreateModelInvocationJob (botocore 1.43.67): a bare id of a model or profile, or a bare resource name. */
const BARE_ID = /^([a-z0-9-]{1,63}[.][a-z0-9-]{1,63}([.]?[a-z0-9-]{1,63})([:][a-z0-9-]{1,63}){0,2}|([0-9a-zA-Z][_-]?)+)$/;
const ARN = /^arn:(aws(?:-[^:]+)?):bedrock:([a-z0-9-]{1,20}):([0-9]{12}|):([a-z-]+)\/(.+)$/;
const MAX_LENGTH = 2048;

/** Takes an id apart: bare ids, profile ids and ARNs of every partition. Knows nothing of which models exist. */
export function parseModelId(id: string): ParsedModelId | BadModelId {
  if (id === '') return { problem: 'it is empty' };
  if (id.length > MAX_LENGTH) return { problem: `it has ${id.length} characters, the service takes ${MAX_LENGTH}` };
  if (id.startsWith('arn:')) return parseArn(id);
  if (!BARE_ID.test(id)) return { problem: 'it has characters that a model id cannot have, or too many dots and colons' };
  const profile = profilePrefix(id);
  if (profile) return { kind: 'profile', baseId: id.slice(profile.length + 1), profile };
  return { kind: 'foundation', baseId: id };
}

/**
 * What stands behind an application profile, by the ARNs of its models: one model, in one Region, or in those of a geography or in
 * any by a cross-Region profile. Undefined for any other id, and where no one model is told.
 */
export function modelBehind({ kind, partition }: ParsedModelId, arns: readonly string[] = []): ParsedModelId | undefined {
  const models = new Set(arns.map((arn) => arn.slice(arn.indexOf('/') + 1)));
  const [baseId] = models;
  if (kind !== 'application-profile' || models.size !== 1 || baseId === undefined) return undefined;
  const regions = new Set(arns.map((arn) => arn.split(':')[3] ?? ''));
  const [region = ''] = regions;
  const where = { baseId, ...(partition === undefined ? {} : { partition }) };
  if (regions.has('')) return { kind: 'profile', profile: 'global', ...where };
  if (regions.size > 1) return { kind: 'profile', profile: profileOver(region), ...where };
  return { kind: 'foundation', region, ...where };
}

/** The geography that a Region is in, as profiles are called. */
function profileOver(region: string): string {
  if (region.startsWith('us-gov-')) return 'us-gov';
  const [continent = ''] = region.split('-');
  return continent === 'ap' ? 'apac' : continent;
}

function profilePrefix(id: string): string | undefined {
  // `us.model` has two words; `us.anthropic.model` is a profile
  return PROFILES.find((prefix) => id.startsWith(`${prefix}.`) && id.indexOf('.', prefix.length + 1) > 0);
}

function parseArn(id: string): ParsedModelId | BadModelId {
  const match = ARN.exec(id);
  if (!match) return { problem: 'it is no ARN of Bedrock: arn:<partition>:bedrock:<region>:<account>:<type>/<id>' };
  const [, partition, region, account, type, rest] = match as unknown as [string, string, string, string, string, string];
  const where = { partition, region };
  if (type === 'foundation-model') {
    if (account !== '') return { problem: 'the ARN of a foundation model has no account' };
    return BARE_ID.test(rest) ? { kind: 'foundation', baseId: rest, ...where } : { problem: `${rest} is no model id` };
  }
  if (account === '') return { problem: `the ARN of ${article(type)} has an account of 12 digits` };
  if (type === 'inference-profile') {
    const profile = profilePrefix(rest);
    if (profile) return { kind: 'profile', baseId: rest.slice(profile.length + 1), profile, ...where };
    return { problem: `${rest} is no cross-Region profile: these begin with ${PROFILES.join('., ')}.` };
  }
  if (type === 'application-inference-profile' && /^[a-zA-Z0-9-:.]+$/.test(rest)) {
    return { kind: 'application-profile', baseId: `${type}/${rest}`, ...where };
  }
  if (type === 'custom-model') {
    const custom = /^([a-z0-9-]{1,63}[.][a-z0-9-:]{1,63})\/[a-z0-9]{12}$/.exec(rest);
    if (custom) return { kind: 'custom', baseId: custom[1]!, ...where };
    return { problem: 'the ARN of a custom model ends in <base model id>/<12 characters>' };
  }
  return {
    problem: `batch inference takes foundation-model, inference-profile, application-inference-profile and custom-model, not ${type}`,
  };
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}
