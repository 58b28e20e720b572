import { InvariantError } from '../errors/index.ts';
import type { PartBody, PartFacts } from '../job/index.ts';
import type { JobSpec } from '../ports/index.ts';
import type { RegionStore, RunDocument } from './document.ts';
import { objectKeys } from './keys.ts';

/** What the job of a part is created with. Everything in it is frozen, so that the same token always means the same. */
export function jobSpec(document: RunDocument, part: PartFacts & Pick<PartBody, 'elsewhere'>): JobSpec {
  const { job, model } = document;
  const place = part.elsewhere === undefined ? undefined : placeOf(document, part.elsewhere.region);
  const kmsKey = place === undefined ? job.outputKmsKeyId : place.outputKmsKeyId;
  const outputUri = place?.storeUri ?? job.outputStoreUri ?? job.storeUri;
  return {
    ...(place && { region: place.region }),
    jobName: part.jobName,
    clientRequestToken: part.clientRequestToken,
    modelId: model.modelId,
    roleArn: job.roleArn,
    invocationType: model.invocationType,
    inputUri: `${place?.storeUri ?? job.storeUri}/${objectKeys.inputFolder(part.run, part.attempt, part.part)}`,
    outputUri: `${outputUri}/${objectKeys.outputFolder(part.run, part.attempt, part.part)}`,
    timeoutHours: job.timeoutHours,
    ...(kmsKey !== undefined && { outputKmsKeyId: kmsKey }),
    ...(job.bucketOwner !== undefined && { bucketOwner: job.bucketOwner }),
    ...(job.tags !== undefined && { tags: job.tags }),
    ...(job.vpcConfig !== undefined && { vpcConfig: job.vpcConfig }),
  };
}

function placeOf({ run, elsewhere }: RunDocument, region: string): RegionStore {
  const place = elsewhere?.find((each) => each.region === region);
  if (place === undefined) throw new InvariantError(`run ${run} has no place in ${region}`, { details: { run, region } });
  return place;
}

/**
 * The parameters of a job as one canonical text, for `jobIdentity`: all that `jobSpec` says but name and token, in the
 * Region of the run, and the hash of the input. Keys stand in a fixed order; tags are sorted.
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
