import { aws_ec2 as ec2, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { BedrockBatchSfnProps } from './bedrock-batch-sfn-props';

/** Bedrock's limits of a job (API reference of CreateModelInvocationJob, 2026-11). */
const mostSubnets = 16;
const mostSecurityGroups = 5;
const mostTags = 50;

/** Members of Bedrock's request that the props ask for, beside those that every job has. */
export interface JobRequest {
  readonly request: Record<string, unknown>;
  readonly inputConfig: Record<string, unknown>;
  readonly outputConfig: Record<string, unknown>;
  readonly subnets?: readonly ec2.ISubnet[];
}

/** Reads the optional props of the job. Throws what Bedrock or Step Functions would refuse at run time. */
export function jobRequest(scope: Construct, props: BedrockBatchSfnProps): JobRequest {
  const network = networkOf(scope, props);
  return {
    request: { modelInvocationType: props.modelInvocationType, vpcConfig: network?.config, tags: tagsOf(props.jobTags) },
    inputConfig: { s3BucketOwner: accountOf('inputBucketOwner', props.inputBucketOwner) },
    outputConfig: {
      s3BucketOwner: accountOf('outputBucketOwner', props.outputBucketOwner),
      s3EncryptionKeyId: props.outputEncryptionKey?.keyArn,
    },
    subnets: network?.subnets,
  };
}

/** Throws where a count is given that is none. */
export function refuseCounts({ maxConcurrency, toleratedFailure }: BedrockBatchSfnProps): void {
  refuseNumber('maxConcurrency', maxConcurrency, 1);
  refuseNumber('toleratedFailure', toleratedFailure, 0);
}

function networkOf(scope: Construct, { vpc, vpcSubnets, securityGroups }: BedrockBatchSfnProps) {
  if (vpc === undefined) {
    if (vpcSubnets === undefined && securityGroups === undefined) return undefined;
    throw new Error('vpcSubnets and securityGroups are of a VPC; give vpc too');
  }
  const { subnets } = vpc.selectSubnets(vpcSubnets);
  const groups = securityGroups ?? [
    new ec2.SecurityGroup(scope, 'JobSecurityGroup', { vpc, description: 'Amazon Bedrock batch inference jobs' }),
  ];
  refuseCount('vpcSubnets', subnets.length, mostSubnets);
  refuseCount('securityGroups', groups.length, mostSecurityGroups);
  const subnetIds = subnets.map((subnet) => subnet.subnetId);
  return { subnets, config: { subnetIds, securityGroupIds: groups.map((group) => group.securityGroupId) } };
}

function tagsOf(tags: BedrockBatchSfnProps['jobTags']) {
  if (tags === undefined) return undefined;
  const entries = Object.entries(tags).map(([key, value]) => ({ key, value }));
  if (entries.length > mostTags) throw new Error(`jobTags has ${entries.length} tags; Bedrock takes ${mostTags} at most`);
  for (const { key, value } of entries) {
    if (Token.isUnresolved(key) || Token.isUnresolved(value)) continue;
    if (/^(?!aws:)[a-zA-Z0-9\s._:/=+@-]{1,128}$/i.test(key) && /^[a-zA-Z0-9\s._:/=+@-]{0,256}$/.test(value)) continue;
    throw new Error(
      `jobTags has '${key}': '${value}'; Bedrock takes letters, digits, spaces and . _ : / = + @ -, up to 128 characters in a ` +
        "key and 256 in a value; keys that begin with 'aws:' are AWS's own",
    );
  }
  return entries;
}

function accountOf(name: string, account: string | undefined): string | undefined {
  if (account === undefined || Token.isUnresolved(account) || /^[0-9]{12}$/.test(account)) return account;
  throw new Error(`${name} is '${account}'; give the 12 digits of an account`);
}

function refuseNumber(name: string, value: number | undefined, least: number): void {
  if (value === undefined) return;
  if (Token.isUnresolved(value)) throw new Error(`${name} must be known at synthesis; a token was given; give a number`);
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new Error(`${name} must be a whole number from ${least}; ${value} was given`);
}

function refuseCount(name: string, count: number, most: number): void {
  if (count >= 1 && count <= most) return;
  throw new Error(`${name} has ${count} entries; Bedrock takes 1 to ${most}`);
}
