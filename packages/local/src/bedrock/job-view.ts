import { expiresAt, type Job, runsOutAt } from '../jobs/index.ts';
import type { BedrockState } from './state.ts';

/** A job as Get and each summary of List show it: the same fields, the counters included. */
export function jobView(job: Job, state: BedrockState): Readonly<Record<string, unknown>> {
  const counts = state.engine.countsOf(job);
  return {
    jobArn: job.jobArn,
    jobName: job.jobName,
    modelId: job.modelArn,
    clientRequestToken: job.clientRequestToken,
    roleArn: job.roleArn,
    status: job.status,
    message: job.message?.slice(0, 2048),
    submitTime: isoTime(job.submittedAt),
    lastModifiedTime: isoTime(job.modifiedAt),
    endTime: job.endedAt === undefined ? undefined : isoTime(job.endedAt),
    inputDataConfig: {
      s3InputDataConfig: { s3InputFormat: 'JSONL', s3Uri: job.input.uri, s3BucketOwner: job.input.bucketOwner },
    },
    outputDataConfig: {
      s3OutputDataConfig: {
        s3Uri: job.output.uri,
        s3EncryptionKeyId: job.output.kmsKeyId,
        s3BucketOwner: job.output.bucketOwner,
      },
    },
    vpcConfig: job.vpcConfig,
    timeoutDurationInHours: job.timeoutHours,
    jobExpirationTime: isoTime(expiration(job, state)),
    modelInvocationType: job.invocationType,
    totalRecordCount: counts.total,
    processedRecordCount: counts.processed,
    successRecordCount: counts.succeeded,
    errorRecordCount: counts.failed,
  };
}

function expiration(job: Job, { settings }: BedrockState): number {
  const { startedAt } = job;
  return startedAt === undefined ? expiresAt(settings.timing, job) : runsOutAt(settings.timing, { ...job, startedAt });
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
