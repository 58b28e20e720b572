import { InputError } from '@batchrock/core';
import { accountOption, type JobOptions, type JobSettings, jobSettingsOf, listIn } from './job-settings.ts';
import { LOCAL_BUCKET } from './local-bucket.ts';
import { BUCKET, checkOptions, type OptionPattern, PREFIX, REGION, trimmedPrefix } from './option-patterns.ts';
import { keyIn } from './region-keys.ts';
import { checkResidency, otherRegions, type RegionBucket, readRegions } from './regions.ts';

/** Where jobs are to run, as the caller says it. What is absent comes from the environment. */
export interface TargetOptions extends JobOptions {
  readonly bucket?: string;
  /** Where Bedrock writes, under the same prefix; default: `bucket`, which keeps everything else of a run in any case. */
  readonly outputBucket?: string;
  /** Key prefix inside the bucket, without slashes at its ends. */
  readonly prefix?: string;
  readonly roleArn?: string;
  readonly region?: string;
  /**
   * Regions that jobs may run in, `us-west-2` or `us-west-2=bucket`: `region`, where the bucket is, and others. Without a bucket that of
   * another Region is named as the first one, with the other Region's name at its end. Default: `region` alone.
   */
  readonly regions?: readonly string[];
  /** The only Regions that rows may come to, jobs and destinations of a cross-Region profile included. Default: any. */
  readonly residency?: readonly string[];
  /** Profile of the AWS configuration files. */
  readonly profile?: string;
  /** One server for Bedrock and S3, in place of AWS. */
  readonly endpointUrl?: string;
  /** Seconds of the embedded local Bedrock's clock in a second of the wall. */
  readonly localSpeed?: number;
}

/** Where jobs run. Plain JSON: it is kept with the run, so that later commands find their way. */
export type Target = TargetPlace & {
  /** Other Regions that jobs may run in. */
  readonly elsewhere?: readonly RegionBucket[];
  /** The only Regions that rows may come to. */
  readonly residency?: readonly string[];
};

type TargetPlace =
  | {
      readonly kind: 'local';
      /** Folder of the local Bedrock's data. */
      readonly dir: string;
      readonly region: string;
      readonly bucket: string;
      readonly prefix: string;
      readonly roleArn: string;
      readonly speed?: number;
      readonly tags?: JobSettings['tags'];
    }
  | (JobSettings & {
      readonly kind: 'endpoint' | 'aws';
      /** The stack whose functions drive the runs; absent: this machine does. */
      readonly stack?: string;
      readonly endpointUrl?: string;
      readonly region: string;
      readonly bucket: string;
      /** Where Bedrock writes, if elsewhere. */
      readonly outputBucket?: string;
      /** Tag the input of jobs, for the lifecycle of the bucket. */
      readonly tagsInput?: boolean;
      readonly prefix: string;
      readonly roleArn: string;
      readonly profile?: string;
    });

/** Environment variables that stand in for options. */
type Env = Readonly<Record<string, string | undefined>>;

/** The account of a local Bedrock. */
const LOCAL_ACCOUNT = '000000000000';
const LOCAL_ROLE = `arn:aws:iam::${LOCAL_ACCOUNT}:role/batchrock-local`;
const DEFAULT_REGION = 'us-east-1';

/**
 * Chooses the target: a server elsewhere with an endpoint URL, AWS with a bucket, else the local Bedrock. Throws `BR-E0112`
 * for what is missing and `BR-E0120` for what Bedrock would refuse.
 */
export function resolveTarget(options: TargetOptions, env: Env, localDir: string): Target {
  const endpointUrl = options.endpointUrl ?? given(env['BATCHROCK_ENDPOINT_URL']);
  const bucket = options.bucket ?? given(env['BATCHROCK_BUCKET']);
  const prefix = trimmedPrefix(options.prefix ?? given(env['BATCHROCK_PREFIX']) ?? '');
  const roleArn = options.roleArn ?? given(env['BATCHROCK_ROLE_ARN']);
  const asked = readRegions(options.regions ?? listIn(env['BATCHROCK_REGIONS']));
  const residency = options.residency ?? listIn(env['BATCHROCK_RESIDENCY']);
  const named = options.region ?? given(env['AWS_REGION']) ?? given(env['AWS_DEFAULT_REGION']);
  const region = named ?? asked[0]?.region;
  const profile = options.profile ?? given(env['AWS_PROFILE']);
  const outputBucket = options.outputBucket ?? given(env['BATCHROCK_OUTPUT_BUCKET']);
  checkOptions(PATTERNS, { bucket, outputBucket, prefix, roleArn, region, residency, profile });
  const own = bucket ?? (endpointUrl === undefined ? undefined : LOCAL_BUCKET);
  if (own === undefined && options.outputBucket !== undefined) {
    throw new InputError('BR-E0112', `output bucket ${outputBucket} is given, and no bucket for everything else of a run`, {
      hint: 'give --bucket NAME or set BATCHROCK_BUCKET',
    });
  }
  const { keys, ...settings } = jobSettingsOf(options, env);
  const home = { region: region ?? DEFAULT_REGION, bucket: own ?? LOCAL_BUCKET };
  const elsewhere = otherRegions(home, asked, { ...settings, ...(keys && { keys }) });
  // a run on this machine has no account, and no key
  const job = { ...settings, ...(keys && own !== undefined && { kmsKey: keyIn(keys, home.region, elsewhere.length > 0) }) };
  checkResidency([home, ...elsewhere], residency);
  const places = { ...(elsewhere.length > 0 && { elsewhere }), ...(residency.length > 0 && { residency }) };
  const isElsewhere = outputBucket !== undefined && outputBucket !== own;
  const tagsInput = env['BATCHROCK_TAG_INPUT'] === 'true';
  const more = {
    ...(isElsewhere && { outputBucket }),
    ...(tagsInput && { tagsInput }),
    ...(profile === undefined ? {} : { profile }),
    ...places,
    ...job,
  };
  if (endpointUrl !== undefined) {
    return {
      kind: 'endpoint',
      endpointUrl: checkedUrl(endpointUrl),
      region: region ?? DEFAULT_REGION,
      bucket: own ?? LOCAL_BUCKET,
      prefix,
      roleArn: roleArn ?? LOCAL_ROLE,
      ...more,
    };
  }
  if (bucket === undefined) {
    refuseOnLocal(options);
    return { ...localTarget(options, roleArn, region, prefix, localDir), ...places, ...(job.tags && { tags: job.tags }) };
  }
  if (roleArn === undefined) {
    throw new InputError('BR-E0112', `bucket ${bucket} is given, and no role for Bedrock to read and write it`, {
      hint: 'give --role-arn ARN or set BATCHROCK_ROLE_ARN',
    });
  }
  if (region === undefined) {
    throw new InputError('BR-E0112', `bucket ${bucket} is given, and no Region`, {
      hint: 'give --region NAME or set AWS_REGION',
    });
  }
  return { kind: 'aws', region, bucket, prefix, roleArn, ...more };
}

/** Where the jobs of a target write, when that is not where the rest of their run is. */
export function outputBucketOf(target: Target): string | undefined {
  return target.kind === 'local' ? undefined : target.outputBucket;
}

/** The local Bedrock has one account, without keys and networks; what the environment says of another does not hold there. */
function refuseOnLocal(options: TargetOptions): void {
  const option = accountOption(options);
  if (option === undefined) return;
  throw new InputError('BR-E0112', `${option} is given, and no bucket: runs go to the local Bedrock, which has no such thing`, {
    hint: 'give --bucket NAME or set BATCHROCK_BUCKET',
  });
}

function localTarget(
  options: TargetOptions,
  roleArn: string | undefined,
  region: string | undefined,
  prefix: string,
  dir: string,
): Extract<Target, { readonly kind: 'local' }> {
  return {
    kind: 'local',
    dir,
    region: options.region ?? region ?? DEFAULT_REGION,
    bucket: LOCAL_BUCKET,
    prefix,
    roleArn: roleArn ?? LOCAL_ROLE,
    ...(options.localSpeed === undefined ? {} : { speed: options.localSpeed }),
  };
}

/** How the jobs of a target are kept in its account. */
export function jobSettingsIn(target: Target): JobSettings {
  if (target.kind === 'local') return target.tags === undefined ? {} : { tags: target.tags };
  const { kmsKey, bucketOwner, vpcConfig, tags } = target;
  return { kmsKey, bucketOwner, vpcConfig, tags };
}

/** The target in words, for notes: it is always said which one it is. */
export function describeTarget(target: Target): string {
  if (target.kind === 'local')
    return target.elsewhere === undefined ? 'local Bedrock' : `local Bedrock (${regionsOf(target).join(', ')})`;
  if (target.stack !== undefined) return `stack ${target.stack} in ${target.region}`;
  const regions = regionsOf(target).join(', ');
  if (target.kind === 'endpoint')
    return target.elsewhere === undefined ? `${target.endpointUrl}` : `${target.endpointUrl} (${regions})`;
  return regions;
}

/** Every Region that jobs of a target may run in, that of its bucket first. */
export function regionsOf(target: Target): readonly string[] {
  return [target.region, ...(target.elsewhere ?? []).map(({ region }) => region)];
}

/**
 * Account, Region and model: what the quota of concurrent jobs counts. A server that is not AWS has lanes of its own, since
 * its jobs take no slot at AWS.
 */
export function laneOf(target: Target, baseId: string): string {
  return `${laneOwner(target)}/${target.region}/${baseId}`;
}

function laneOwner(target: Target): string {
  if (target.kind === 'local') return 'local';
  if (target.kind === 'endpoint') return new URL(target.endpointUrl as string).host;
  // The role must be in the caller's account: Bedrock refuses another ("Cross-account pass role is not allowed").
  return target.roleArn.split(':')[4] as string;
}

/** What tells targets apart when the same command is to find its run; no secrets, no speeds. */
export function targetIdentity(target: Target): object {
  const { kind, region, bucket, prefix } = target;
  const outputBucket = outputBucketOf(target);
  return {
    kind,
    region,
    bucket,
    prefix,
    ...(target.kind === 'endpoint' ? { endpointUrl: target.endpointUrl } : {}),
    ...(outputBucket === undefined ? {} : { outputBucket }),
  };
}

/** Patterns of the service model (bedrock 2023-04-20, read 2026-11-21). */
const PATTERNS: readonly OptionPattern[] = [
  ['bucket', ...BUCKET],
  ['outputBucket', ...BUCKET],
  ['prefix', ...PREFIX],
  ['roleArn', /^arn:aws(-[^:]+)?:iam::[0-9]{12}:role\/.+$/, 'arn:aws:iam::<12 digits>:role/<name>'],
  ['region', ...REGION],
  ['residency', ...REGION],
  ['profile', /\S/, 'the name of a profile of the AWS configuration'],
];

/**
 * A URL without a slash at its end. Throws `BR-E0120` for what is none, or holds a password: a target is told in notes and JSON, and
 * kept with its runs. `option` is what gave it.
 */
export function checkedUrl(text: string, option = '--endpoint-url'): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const details = { option: option.replace(/^--/, ''), value: withoutUser(text) };
  if (!url || !/^https?:$/.test(url.protocol)) {
    const given = JSON.stringify(withoutUser(text));
    throw new InputError('BR-E0120', `${option} is ${given}; give a URL such as http://127.0.0.1:4566`, { details });
  }
  if (url.username !== '' || url.password !== '') {
    throw new InputError('BR-E0120', `${option} has a user name or a password in it: ${withoutUser(text)}`, {
      hint: 'give the URL without them; keys come from the environment or the AWS configuration',
      details,
    });
  }
  return url.href.replace(/\/$/, '');
}

/** An address as it may be shown: what stands before its host is left out. */
export function withoutUser(address: string): string {
  return address.replace(/^([a-z][a-z0-9+.-]*:\/\/)?[^/?#]*@/i, '$1…@');
}

function given(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
