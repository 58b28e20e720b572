import type { PartFacts } from '../job/index.ts';
import type { JobSpec } from '../ports/index.ts';
import type { RunDocument } from './document.ts';
import { objectKeys } from './keys.ts';

/** What the job of a part is created with. Everything in it is frozen, so that the same token always means the same. */
export function jobSpec(document: RunDocument, part: PartFacts): JobSpec {
  const { job, model } = document;
  return {
    jobName: part.jobName,
    clientRequestToken: part.clientRequestToken,
    modelId: model.modelId,
    roleArn: job.roleArn,
    invocationType: model.invocationType,
    inputUri: `${job.storeUri}/${objectKeys.inputFolder(part.run, part.attempt, part.part)}`,
    outputUri: `${job.outputStoreUri ?? job.storeUri}/${objectKeys.outputFolder(part.run, part.attempt, part.part)}`,
    timeoutHours: job.timeoutHours,
    ...(job.outputKmsKeyId !== undefined && { outputKmsKeyId: job.outputKmsKeyId }),
    ...(job.bucketOwner !== undefined && { bucketOwner: job.bucketOwner }),
    ...(job.tags !== undefined && { tags: job.tags }),
    ...(job.vpcConfig !== undefined && { vpcConfig: job.vpcConfig }),
  };
}

/**
 * The parameters of a job as one canonical text, for `jobIdentity`: all that `jobSpec` says but name and token, and the
 * hash of the input. Keys stand in a fixed order; tags are sorted.
 */
export function jobParameters(document: RunDocument, part: Omit<PartFacts, 'jobName' | 'clientRequestToken'>): string {
  const {
    jobName: _,
    clientRequestToken: __,
    tags,
    ...spec
  } = jobSpec(document, { ...part, jobName: '', clientRequestToken: '' });
  const sorted = Object.entries(tags ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify({ ...spec, tags: sorted, inputXxh128: part.xxh128 });
}
