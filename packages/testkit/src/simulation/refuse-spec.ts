import { type JobSpec, ServiceError } from '@batchrock/core';

/** Values that the service takes (service model 2023-04-20), where the protocol gives them. */
const TAKEN: readonly (readonly [what: string, isTaken: (spec: JobSpec) => boolean])[] = [
  ['jobName', ({ jobName }) => /^[a-zA-Z0-9][a-zA-Z0-9+.-]{0,62}$/.test(jobName)],
  ['clientRequestToken', ({ clientRequestToken: token }) => token.length <= 256 && /^[a-zA-Z0-9]+(-+[a-zA-Z0-9]+)*$/.test(token)],
  ['roleArn', ({ roleArn }) => /^arn:aws(-[^:]+)?:iam::\d{12}:role\/.+$/.test(roleArn)],
  ['timeoutDurationInHours', ({ timeoutHours: hours }) => Number.isInteger(hours) && hours >= 24 && hours <= 168],
  ['inputDataConfig', ({ inputUri }) => isS3Uri(inputUri)],
  ['outputDataConfig', ({ outputUri }) => isS3Uri(outputUri)],
  ['s3EncryptionKeyId', ({ outputKmsKeyId: key }) => key === undefined || isKmsKey(key)],
  ['s3BucketOwner', ({ bucketOwner: owner }) => owner === undefined || /^\d{12}$/.test(owner)],
  ['subnetIds', ({ vpcConfig: vpc }) => vpc === undefined || areIds(vpc.subnetIds, 16)],
  ['securityGroupIds', ({ vpcConfig: vpc }) => vpc === undefined || areIds(vpc.securityGroupIds, 5)],
  ['tags', ({ tags = {} }) => Object.entries(tags).every(([key, value]) => isTagText(key, 1, 128) && isTagText(value, 0, 256))],
];

function isKmsKey(key: string): boolean {
  return /^(arn:aws(-[^:]+)?:kms:[a-zA-Z0-9-]*:\d{12}:(key\/[a-zA-Z0-9-]{36}|alias\/[\w/-]+)|[a-zA-Z0-9-]{36}|alias\/[\w/-]+)$/.test(
    key,
  );
}

function areIds(ids: readonly string[], most: number): boolean {
  return ids.length >= 1 && ids.length <= most && ids.every((id) => /^[-0-9a-zA-Z]+$/.test(id));
}

function isTagText(text: string, least: number, most: number): boolean {
  return text.length >= least && text.length <= most && /^[a-zA-Z0-9\s._:/=+@-]*$/.test(text);
}

function isS3Uri(uri: string): boolean {
  return /^s3:\/\/[a-z0-9][.a-z0-9-]{1,61}[a-z0-9](\/[-!_*'().a-z0-9A-Z]+)*\/?$/.test(uri);
}

/** Refuses a job with a value that breaks a pattern or a limit of the service, as its validation of requests does. */
export function refuseSpec(spec: JobSpec): void {
  const broken = TAKEN.find(([, isTaken]) => !isTaken(spec));
  if (broken === undefined) return;
  const message = `1 validation error detected: value at '${broken[0]}' failed to satisfy constraint`;
  throw new ServiceError('BR-E0504', message, { reason: 'invalid', effect: 'none' });
}
