import { InputError, type RunDocument, type VpcConfig } from '@batchrock/core';
import { checkOptions, type OptionPattern, SECURITY_GROUP, SUBNET } from './option-patterns.ts';
import { type AskedKeys, readKeys } from './region-keys.ts';

/** How jobs are to be kept in an account, as the caller says it. What is absent comes from the environment. */
export interface JobOptions {
  /**
   * ARN, id or alias of the KMS key for what Bedrock and runs write; with several Regions an alias, a multi-Region key, or one for each:
   * `us-east-1=KEY,us-west-2=KEY`. Default: as the bucket encrypts.
   */
  readonly kmsKey?: string;
  /** The 12-digit account that owns the buckets, where that is not the caller's: any other is refused. */
  readonly bucketOwner?: string;
  /** Ids of 1 to 16 subnets that Bedrock reaches the buckets from; with `securityGroups`. */
  readonly subnets?: readonly string[];
  /** Ids of 1 to 5 security groups, with `subnets`. */
  readonly securityGroups?: readonly string[];
  /** Tags of the jobs, 50 at most. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** The same, checked, in one Region. Plain JSON. */
export interface JobSettings {
  readonly kmsKey?: string;
  readonly bucketOwner?: string;
  readonly vpcConfig?: VpcConfig;
  readonly tags?: Readonly<Record<string, string>>;
}

type Env = Readonly<Record<string, string | undefined>>;

/** The same of all Regions, each of which has a key of its own. */
type AskedSettings = Omit<JobSettings, 'kmsKey'> & { readonly keys?: AskedKeys };

/**
 * What holds for jobs: the options, else the environment. Throws `BR-E0120` for what Bedrock would refuse, and `BR-E0112` for
 * half a network.
 */
export function jobSettingsOf(options: JobOptions, env: Env): AskedSettings {
  const kmsKey = options.kmsKey ?? given(env['BATCHROCK_KMS_KEY']);
  const bucketOwner = options.bucketOwner ?? given(env['BATCHROCK_BUCKET_OWNER']);
  const subnets = options.subnets ?? listIn(env['BATCHROCK_SUBNETS']);
  const securityGroups = options.securityGroups ?? listIn(env['BATCHROCK_SECURITY_GROUPS']);
  const tags = options.tags ?? tagsIn(env['BATCHROCK_TAGS']);
  checkOptions(PATTERNS, { bucketOwner, subnets, securityGroups });
  const vpcConfig = vpcConfigOf(subnets, securityGroups);
  checkTags(tags);
  return {
    ...(kmsKey !== undefined && { keys: readKeys(kmsKey) }),
    ...(bucketOwner !== undefined && { bucketOwner }),
    ...(vpcConfig !== undefined && { vpcConfig }),
    ...(Object.keys(tags).length > 0 && { tags }),
  };
}

/** Hours that the service takes (service model bedrock 2023-04-20, `timeoutDurationInHours`). */
const TIMEOUT_HOURS = { from: 24, to: 168 };

/** Hours that a job may take, as the environment says; undefined where it does not. Throws `BR-E0120`. */
export function timeoutHoursIn(env: Env): number | undefined {
  const text = given(env['BATCHROCK_TIMEOUT_HOURS']);
  if (text === undefined) return undefined;
  const { from, to } = TIMEOUT_HOURS;
  const hours = Number(text);
  if (/^\d+$/.test(text) && hours >= from && hours <= to) return hours;
  throw new InputError('BR-E0120', `timeoutHours is ${JSON.stringify(text)}; allowed: a whole number from ${from} to ${to}`, {
    hint: 'see BATCHROCK_TIMEOUT_HOURS, and batchrock config show --origin',
    details: { option: 'timeout-hours', value: text },
  });
}

/**
 * The options that were given and that a run does not have, by their flags: it was begun with others, which stand. `now`: what holds
 * for jobs by these options.
 */
export function withoutEffect(
  given: JobOptions & { readonly timeoutHours?: number | undefined },
  now: JobSettings,
  document: RunDocument,
): readonly string[] {
  const begun = frozenSettings(document);
  const differ = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b);
  const { subnetIds, securityGroupIds } = now.vpcConfig ?? {};
  return [
    given.kmsKey !== undefined && differ(now.kmsKey, begun.kmsKey) && '--kms-key',
    given.bucketOwner !== undefined && differ(now.bucketOwner, begun.bucketOwner) && '--bucket-owner',
    given.subnets !== undefined && differ(subnetIds, begun.vpcConfig?.subnetIds) && '--subnet',
    given.securityGroups !== undefined && differ(securityGroupIds, begun.vpcConfig?.securityGroupIds) && '--security-group',
    given.tags !== undefined && differ(now.tags, begun.tags) && '--tag',
    given.timeoutHours !== undefined && given.timeoutHours !== document.job.timeoutHours && '--timeout-hours',
  ].filter((flag) => flag !== false);
}

/** The option among these that speaks of an account, by its flag; undefined where none is given. */
export function accountOption({ kmsKey, bucketOwner, subnets, securityGroups }: JobOptions): string | undefined {
  if (kmsKey !== undefined) return '--kms-key';
  if (bucketOwner !== undefined) return '--bucket-owner';
  if ((subnets ?? []).length > 0) return '--subnet';
  return (securityGroups ?? []).length > 0 ? '--security-group' : undefined;
}

/** What a run was begun with, from its document. */
export function frozenSettings({ job: { outputKmsKeyId, bucketOwner, vpcConfig, tags } }: RunDocument): JobSettings {
  return {
    ...(outputKmsKeyId !== undefined && { kmsKey: outputKmsKeyId }),
    ...(bucketOwner !== undefined && { bucketOwner }),
    ...(vpcConfig !== undefined && { vpcConfig }),
    ...(tags !== undefined && { tags }),
  };
}

/** The other way: as they stand in the document. */
export function toFreeze({ kmsKey, bucketOwner, vpcConfig, tags }: JobSettings): Partial<RunDocument['job']> {
  return {
    ...(kmsKey !== undefined && { outputKmsKeyId: kmsKey }),
    ...(bucketOwner !== undefined && { bucketOwner }),
    ...(vpcConfig !== undefined && { vpcConfig }),
    ...(tags !== undefined && { tags }),
  };
}

/** Patterns of the service model (bedrock 2023-04-20, read 2026-11-21), but for ids of EC2, which it takes for any text. */
const PATTERNS: readonly OptionPattern[] = [
  ['bucketOwner', /^[0-9]{12}$/, 'the 12 digits of an account'],
  ['subnets', ...SUBNET, 'subnet'],
  ['securityGroups', ...SECURITY_GROUP, 'security-group'],
];

/** The service takes no more (service model bedrock 2023-04-20, VpcConfig). */
const MOST_SUBNETS = 16;
const MOST_SECURITY_GROUPS = 5;

function vpcConfigOf(subnetIds: readonly string[], securityGroupIds: readonly string[]): VpcConfig | undefined {
  if (subnetIds.length > 0 !== securityGroupIds.length > 0) {
    const [there, missing] = subnetIds.length > 0 ? ['--subnet', '--security-group'] : ['--security-group', '--subnet'];
    throw new InputError('BR-E0112', `${there} is given without ${missing}: a network of jobs has both`, {
      hint: 'give --subnet and --security-group, or neither',
    });
  }
  checkCount('subnet', subnetIds.length, MOST_SUBNETS);
  checkCount('security-group', securityGroupIds.length, MOST_SECURITY_GROUPS);
  return subnetIds.length === 0 ? undefined : { subnetIds, securityGroupIds };
}

function checkCount(option: string, count: number, most: number): void {
  if (count <= most) return;
  throw new InputError('BR-E0120', `--${option} is given ${count} times; allowed: ${most}`, {
    details: { option, value: count },
  });
}

/** The service names 50 as the limit of a resource (TooManyTagsException), and reserves names that begin with `aws:`. */
const MOST_TAGS = 50;
const TAG_CHARACTERS = /^[a-zA-Z0-9\s._:/=+@-]*$/;

function checkTags(tags: Readonly<Record<string, string>>): void {
  checkCount('tag', Object.keys(tags).length, MOST_TAGS);
  for (const [key, value] of Object.entries(tags)) {
    const problem = problemOfTag(key, value);
    if (problem === undefined) continue;
    throw new InputError('BR-E0120', `--tag is ${JSON.stringify(`${key}=${value}`)}; allowed: ${problem}`, {
      details: { option: 'tag', value: `${key}=${value}` },
    });
  }
}

function problemOfTag(key: string, value: string): string | undefined {
  if (key.length < 1 || key.length > 128) return 'a name of 1 to 128 characters';
  if (/^aws:/i.test(key)) return 'no name that begins with aws:, which AWS keeps for itself';
  if (value.length > 256) return 'a value of 256 characters at most';
  return TAG_CHARACTERS.test(key + value) ? undefined : 'letters, digits, blanks and . _ : / = + @ -';
}

/** `a,b`: the items of a list in a variable. */
export function listIn(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** `name=value,name=value`: no comma may stand in a tag. */
function tagsIn(text: string | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    listIn(text).map((item) => {
      const at = item.indexOf('=');
      if (at > 0) return [item.slice(0, at), item.slice(at + 1)];
      throw new InputError('BR-E0120', `--tag is ${JSON.stringify(item)}; allowed: NAME=VALUE, such as team=search`, {
        details: { option: 'tag', value: item },
      });
    }),
  );
}

function given(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
