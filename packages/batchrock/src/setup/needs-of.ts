import type { SetupNeeds } from '@batchrock/aws/setup';
import { InputError } from '@batchrock/core';

/** What a set-up is asked for. What is absent has a name that follows from account and Region. */
export interface SetupRequest {
  readonly models: readonly string[];
  readonly partition: string;
  readonly account: string;
  readonly region: string;
  readonly bucket?: string;
  readonly outputBucket?: string;
  readonly prefix?: string;
  readonly roleName?: string;
  readonly callerPolicyName?: string;
  readonly keyArn?: string;
  readonly subnetIds?: readonly string[];
  readonly securityGroupIds?: readonly string[];
  readonly inputDays?: number;
}

/** Days until the input of a job is removed: a retry, which needs it, comes sooner. */
const INPUT_DAYS = 30;

/** What is checked here, before an account is touched: the patterns of S3, IAM, KMS and EC2 (API references, 2026-11). */
const PATTERNS = [
  ['account', /^\d{12}$/, '12 digits'],
  ['bucket', /^[a-z0-9][-.a-z0-9]{1,61}[a-z0-9]$/, '3 to 63 lower-case letters, digits, dots and hyphens'],
  ['outputBucket', /^[a-z0-9][-.a-z0-9]{1,61}[a-z0-9]$/, '3 to 63 lower-case letters, digits, dots and hyphens'],
  ['prefix', /^([-!_*'().a-z0-9A-Z]+(\/[-!_*'().a-z0-9A-Z]+)*)?$/, "letters, digits and - ! _ * ' ( ) . with single slashes"],
  ['roleName', /^[\w+=,.@-]{1,64}$/, '1 to 64 letters, digits and + = , . @ _ -'],
  ['callerPolicyName', /^[\w+=,.@-]{1,128}$/, '1 to 128 letters, digits and + = , . @ _ -'],
  ['keyArn', /^arn:aws[-a-z]*:kms:[-a-z0-9]+:\d{12}:key\/[-a-zA-Z0-9]+$/, 'the ARN of a key of KMS'],
  ['subnetIds', /^subnet-[0-9a-f]+$/, 'ids of subnets'],
  ['securityGroupIds', /^sg-[0-9a-f]+$/, 'ids of security groups'],
] as const;

/** The flags, where they are called otherwise than what they say. */
const FLAGS: Readonly<Record<string, string>> = { keyArn: 'kms-key', subnetIds: 'subnet', securityGroupIds: 'security-group' };

/** What a request comes to. Throws `BR-E0120` for names that AWS would refuse, `BR-E0112` for half a network. */
export function needsOf(request: SetupRequest): SetupNeeds {
  for (const [name, pattern, allowed] of PATTERNS) {
    for (const value of [request[name] ?? []].flat() as string[]) {
      if (pattern.test(value)) continue;
      const flag = FLAGS[name] ?? name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      throw new InputError('BR-E0120', `--${flag} is ${JSON.stringify(value)}; allowed: ${allowed}`);
    }
  }
  const { models, partition, account, region, outputBucket, keyArn, subnetIds = [], securityGroupIds = [] } = request;
  if (subnetIds.length > 0 !== securityGroupIds.length > 0) {
    throw new InputError('BR-E0112', 'a network has subnets and security groups: give --subnet and --security-group');
  }
  return {
    partition,
    account,
    region,
    models,
    bucket: request.bucket ?? `batchrock-${account}-${region}`,
    ...(outputBucket === undefined ? {} : { outputBucket }),
    prefix: request.prefix ?? '',
    roleName: request.roleName ?? `batchrock-jobs-${region}`,
    callerPolicyName: request.callerPolicyName ?? `batchrock-run-${region}`,
    ...(keyArn === undefined ? {} : { keyArn }),
    ...(subnetIds.length > 0 ? { network: { subnetIds, securityGroupIds } } : {}),
    inputDays: request.inputDays ?? INPUT_DAYS,
  };
}
