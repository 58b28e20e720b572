import { createHash, randomUUID } from 'node:crypto';
import { isEmbeddingModel } from '../answers/index.ts';
import { faultsOfJob } from '../faults/index.ts';
import { type Job, type JobLocation, NO_RECORDS } from '../jobs/index.ts';
import { type RequestedJob, readJobSpec } from './job-spec.ts';
import { identifyModel, type ModelIdentity, partitionOf, refuseUnreachable } from './model-identity.ts';
import { AwsError } from './service-error.ts';
import type { BedrockState, Call, Operation } from './state.ts';
import { checkTagCount } from './tag-resource.ts';

/** What a job gets that names no timeout. The service documents none; a sample of AWS speaks of 24 hours. */
const DEFAULT_TIMEOUT_HOURS = 24;
/** "GB" is taken for 10^9, the smaller reading (AWS General Reference, Bedrock quotas, 2026-11). */
const GB = 1_000_000_000;
const LARGE_JOBS = new Set(['amazon.nova-lite-v1:0', 'amazon.nova-pro-v1:0', 'amazon.nova-2-multimodal-embeddings-v1:0']);

/**
 * Creates a job. A token that is known and not yet forgotten makes it answer with that token's job, whatever else the
 * request says. Refuses a name in use (unless names need not be unique) and a model whose quota is full.
 */
export const createModelInvocationJob: Operation = async (call, state) => {
  const spec = readJobSpec(call.body);
  const now = state.clock.now();
  const known = spec.clientRequestToken === undefined ? undefined : state.jobs.withToken(spec.clientRequestToken, call.region);
  if (known !== undefined && now - known.submittedAt <= state.settings.tokenLifetimeMs) return { jobArn: known.jobArn };

  const identity = identifyModel(spec.modelId, state.models, call);
  checkModel(identity, spec);
  if (state.faults.current().noAccess) {
    throw new AwsError('AccessDeniedException', "You don't have access to the model with the specified model ID.");
  }
  checkTagCount(spec.tags);
  for (const location of [spec.input, spec.output]) await checkBucket(location, call, state);
  // From here on nothing waits, so that two requests of one token or name cannot both pass.
  const raced = spec.clientRequestToken === undefined ? undefined : state.jobs.withToken(spec.clientRequestToken, call.region);
  if (raced !== undefined && state.clock.now() - raced.submittedAt <= state.settings.tokenLifetimeMs)
    return { jobArn: raced.jobArn };
  if (state.settings.uniqueNames && state.jobs.named(spec.jobName).some((job) => job.region === call.region)) {
    throw new AwsError(
      'ConflictException',
      `The provided job name ${spec.jobName} is already in use by another batch inference job.`,
    );
  }
  checkQuota(identity, call, state);
  const job = newJob(spec, identity, call, state);
  state.jobs.add(job);
  state.onStatus(job);
  state.engine.start(job.jobId);
  return { jobArn: job.jobArn };
};

function checkModel(identity: ModelIdentity, spec: RequestedJob): void {
  if (!identity.model.batch)
    throw new AwsError('ValidationException', 'Batch inference is not supported for the requested model');
  refuseUnreachable(identity);
  if (spec.invocationType === 'Converse' && isEmbeddingModel(identity.model.id)) {
    throw new AwsError('ValidationException', 'The Converse model invocation type is not supported for the requested model');
  }
}

async function checkBucket({ bucket, bucketOwner }: JobLocation, { account }: Call, state: BedrockState): Promise<void> {
  if (bucketOwner !== undefined && bucketOwner !== account) {
    throw new AwsError('AccessDeniedException', `The S3 bucket ${bucket} does not belong to the account ${bucketOwner}.`);
  }
  if (state.storage === undefined || (await state.storage.hasBucket(bucket))) return;
  throw new AwsError('ValidationException', `The provided S3 bucket ${bucket} does not exist or cannot be accessed.`);
}

function checkQuota({ model }: ModelIdentity, { region }: Call, state: BedrockState): void {
  const open = state.jobs.openJobs(model.id, region) + state.faults.current().foreignJobs;
  if (open < state.settings.maxJobs) return;
  throw new AwsError(
    'ServiceQuotaExceededException',
    `The sum of in-progress and submitted batch inference jobs using a base model for ${model.name} has reached its quota of ${state.settings.maxJobs}.`,
  );
}

function newJob(spec: RequestedJob, identity: ModelIdentity, call: Call, state: BedrockState): Job {
  const clientRequestToken = spec.clientRequestToken ?? randomUUID();
  const jobId = jobIdOf(spec.jobName, clientRequestToken, state);
  const { maxRecords, minRecords } = state.settings;
  const now = state.clock.now();
  return {
    jobId,
    jobArn: `arn:${partitionOf(call.region)}:bedrock:${call.region}:${call.account}:model-invocation-job/${jobId}`,
    jobName: spec.jobName,
    clientRequestToken,
    roleArn: spec.roleArn,
    modelArn: identity.arn,
    baseModelId: identity.model.id,
    invocationType: spec.invocationType,
    region: call.region,
    input: spec.input,
    output: spec.output,
    timeoutHours: spec.timeoutHours ?? DEFAULT_TIMEOUT_HOURS,
    ...(spec.vpcConfig === undefined ? {} : { vpcConfig: spec.vpcConfig }),
    tags: spec.tags,
    faults: faultsOfJob(state.faults.current(), spec.jobName),
    limits: {
      minRecords,
      maxRecords,
      maxRecordsPerFile: maxRecords,
      maxFileBytes: GB,
      maxJobBytes: (LARGE_JOBS.has(identity.model.id) ? 100 : 5) * GB,
    },
    status: 'Submitted',
    submittedAt: now,
    modifiedAt: now,
    counts: NO_RECORDS,
  };
}

/** 12 characters from name and token, so that the same submissions give the same ids in the same order. */
function jobIdOf(jobName: string, token: string, state: BedrockState): string {
  for (let nth = 0; ; nth += 1) {
    const digest = createHash('sha256').update(`${jobName}\n${token}\n${nth}`).digest();
    const id = digest.readBigUInt64BE().toString(36).padStart(12, '0').slice(-12);
    if (state.jobs.get(id) === undefined) return id;
  }
}
