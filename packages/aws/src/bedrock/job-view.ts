import type { GetModelInvocationJobCommandOutput, ModelInvocationJobSummary } from '@aws-sdk/client-bedrock';
import type { JobCounts, JobStatus, JobView } from '@batchrock/core';

/** What Get and List say, in our words. */
export function toJobView(job: GetModelInvocationJobCommandOutput | ModelInvocationJobSummary): JobView {
  const outputUri = job.outputDataConfig?.s3OutputDataConfig?.s3Uri;
  const counts = toCounts(job);
  return {
    jobArn: job.jobArn ?? '',
    jobName: job.jobName ?? '',
    status: (job.status ?? 'Submitted') as JobStatus,
    modelId: job.modelId ?? '',
    submitTime: job.submitTime?.getTime() ?? 0,
    ...(job.clientRequestToken === undefined ? {} : { clientRequestToken: job.clientRequestToken }),
    ...(job.message === undefined ? {} : { message: job.message }),
    ...(job.endTime === undefined ? {} : { endTime: job.endTime.getTime() }),
    ...(outputUri === undefined ? {} : { outputUri }),
    ...(counts === undefined ? {} : { counts }),
  };
}

function toCounts(job: GetModelInvocationJobCommandOutput | ModelInvocationJobSummary): JobCounts | undefined {
  const { totalRecordCount: total, processedRecordCount: processed } = job;
  // how many were processed is told or not known: none is taken for a job that leaves nothing
  if (total === undefined || processed === undefined) return undefined;
  return {
    total,
    processed,
    succeeded: job.successRecordCount ?? 0,
    failed: job.errorRecordCount ?? 0,
  };
}
