import type { SetupNeeds } from '@batchrock/aws/setup';
import { InputError } from '@batchrock/core';
import {
  BUCKET,
  checkOptions,
  type OptionPattern,
  PREFIX,
  SECURITY_GROUP,
  SUBNET,
  trimmedPrefix,
} from '../compose/option-patterns.ts';
import { keyIn, readKeys } from '../compose/region-keys.ts';
import { otherRegions, readRegions } from '../compose/regions.ts';
import type { NotifyTarget } from '../notify/target.ts';

/** What a set-up is asked for. What is absent has a name that follows from account and Region. */
export interface SetupRequest {
  readonly models: readonly string[];
  readonly partition: string;
  readonly account: string;
  readonly region: string;
  /** Regions that jobs may run in, `us-west-2` or `us-west-2=bucket`, `region` among them; default: that alone. */
  readonly regions?: readonly string[];
  readonly bucket?: string;
  readonly outputBucket?: string;
  readonly prefix?: string;
  readonly roleName?: string;
  readonly callerPolicyName?: string;
  /** ARN or alias of a key of KMS: one for all Regions, or `us-west-2=ARN` for each. */
  readonly kmsKey?: string;
  readonly subnetIds?: readonly string[];
  readonly securityGroupIds?: readonly string[];
  readonly inputDays?: number;
  /** Tails of runs go on demand. */
  readonly tail?: 'on-demand';
  /** The only Regions that rows may come to, as the settings say. */
  readonly residency?: readonly string[];
  /** Whom runs tell how they came out; webhooks need no policy. */
  readonly notify?: readonly NotifyTarget[];
}

/** Days until the input of a job is removed: a retry, which needs it, comes sooner. */
const INPUT_DAYS = 30;

/** What is checked here, before an account is touched: the patterns of IAM, KMS and EC2 (API references, 2026-11). */
const PATTERNS: readonly OptionPattern[] = [
  ['account', /^\d{12}$/, '12 digits'],
  ['bucket', ...BUCKET],
  ['outputBucket', ...BUCKET],
  ['prefix', ...PREFIX],
  ['roleName', /^[\w+=,.@-]{1,64}$/, '1 to 64 letters, digits and + = , . @ _ -'],
  ['callerPolicyName', /^[\w+=,.@-]{1,128}$/, '1 to 128 letters, digits and + = , . @ _ -'],
  [
    'keyArn',
    /^arn:aws[-a-z]*:kms:[-a-z0-9]+:\d{12}:(key|alias)\/.+$|^alias\//,
    'the ARN or the alias of a key of KMS',
    'kms-key',
  ],
  ['subnetIds', ...SUBNET, 'subnet'],
  ['securityGroupIds', ...SECURITY_GROUP, 'security-group'],
];

/** What a request comes to. Throws `BR-E0120` for names that AWS would refuse, `BR-E0112` for half a network. */
export function needsOf({ inputDays = INPUT_DAYS, notify = [], ...request }: SetupRequest): SetupNeeds {
  const prefix = trimmedPrefix(request.prefix ?? '');
  checkOptions(PATTERNS, { ...request, prefix });
  const { models, partition, account, region, outputBucket, subnetIds = [], securityGroupIds = [] } = request;
  const arns = (kind: 'sns' | 'events') => notify.flatMap((each) => (each.kind === kind ? each.arn : []));
  const [topics, eventBuses] = [arns('sns'), arns('events')];
  if (subnetIds.length > 0 !== securityGroupIds.length > 0) {
    throw new InputError('BR-E0112', 'a network has subnets and security groups: give --subnet and --security-group');
  }
  const bucket = request.bucket ?? `batchrock-${account}-${region}`;
  const keys = request.kmsKey === undefined ? undefined : readKeys(request.kmsKey);
  const places = otherRegions({ region, bucket }, readRegions(request.regions ?? []), keys === undefined ? {} : { keys });
  if (places.length > 0 && subnetIds.length > 0) {
    throw new InputError('BR-E0112', 'a network is of one Region: give --regions without --subnet');
  }
  const keyArn = keys && keyIn(keys, region, places.length > 0);
  const elsewhere = places.map(({ kmsKey, ...place }) => ({ ...place, ...(kmsKey !== undefined && { keyArn: kmsKey }) }));
  checkOptions(PATTERNS, { keyArn: [keyArn ?? [], ...elsewhere.map((each) => each.keyArn ?? [])].flat() });
  return {
    partition,
    account,
    region,
    models,
    bucket,
    ...(elsewhere.length > 0 ? { elsewhere } : {}),
    ...(outputBucket === undefined ? {} : { outputBucket }),
    prefix,
    roleName: request.roleName ?? `batchrock-jobs-${region}`,
    callerPolicyName: request.callerPolicyName ?? `batchrock-run-${region}`,
    ...(keyArn === undefined ? {} : { keyArn }),
    ...(subnetIds.length > 0 ? { network: { subnetIds, securityGroupIds } } : {}),
    ...(topics.length > 0 ? { topics } : {}),
    ...(eventBuses.length > 0 ? { eventBuses } : {}),
    ...(request.tail === undefined ? {} : { onDemand: true }),
    ...((request.residency ?? []).length > 0 ? { hasResidency: true } : {}),
    inputDays,
  };
}
