import { type JobSpec, ServiceError } from '@batchrock/core';

/** Values that the service takes (service model 2023-04-20), where the protocol gives them. */
const TAKEN: readonly (readonly [what: string, isTaken: (spec: JobSpec) => boolean])[] = [
  ['jobName', ({ jobName }) => /^[a-zA-Z0-9][a-zA-Z0-9+.-]{0,62}$/.test(jobName)],
  ['clientRequestToken', ({ clientRequestToken: token }) => token.length <= 256 && /^[a-zA-Z0-9]+(-+[a-zA-Z0-9]+)*$/.test(token)],
  ['roleArn', ({ roleArn }) => /^arn:aws(-[^:]+)?:iam::\d{12}:role\/.+$/.test(roleArn)],
  ['timeoutDurationInHours', ({ timeoutHours: hours }) => Number.isInteger(hours) && hours >= 24 && hours <= 168],
  ['inputDataConfig', ({ inputUri }) => isS3Uri(inputUri)],
  ['outputDataConfig', ({ outputUri }) => isS3Uri(outputUri)],
];

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
