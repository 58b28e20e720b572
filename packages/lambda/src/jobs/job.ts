import type { GetModelInvocationJobResponse, ModelInvocationJobSummary } from '@aws-sdk/client-bedrock';

/** How many records of a job met which end. */
export interface RecordCounts {
  readonly total: number;
  readonly processed: number;
  readonly succeeded: number;
  readonly failed: number;
}

/** What Bedrock says of a job. */
export interface Job {
  readonly jobArn: string;
  readonly jobName: string;
  readonly status: string;
  readonly roleArn: string;
  readonly modelId: string;
  readonly inputUri: string;
  readonly outputUri: string;
  readonly clientRequestToken?: string;
  /** Why it failed, in Bedrock's words; may quote records. */
  readonly message?: string;
  /** Milliseconds since the epoch. */
  readonly endTime?: number;
  /** Absent where the service does not count. */
  readonly counts?: RecordCounts;
}

const TERMINAL = new Set(['Completed', 'PartiallyCompleted', 'Failed', 'Stopped', 'Expired']);

/** True for a status that never changes again (Bedrock API reference, 2026-11). */
export function isTerminal(status: string): boolean {
  return TERMINAL.has(status);
}

/** Reads what Get or List answer. */
export function jobFrom(view: GetModelInvocationJobResponse | ModelInvocationJobSummary): Job {
  const counts = countsFrom(view);
  const endTime = (view.endTime ?? view.lastModifiedTime)?.getTime();
  return {
    jobArn: view.jobArn ?? '',
    jobName: view.jobName ?? '',
    status: view.status ?? 'Submitted',
    roleArn: view.roleArn ?? '',
    modelId: view.modelId ?? '',
    inputUri: view.inputDataConfig?.s3InputDataConfig?.s3Uri ?? '',
    outputUri: view.outputDataConfig?.s3OutputDataConfig?.s3Uri ?? '',
    ...(view.clientRequestToken === undefined ? {} : { clientRequestToken: view.clientRequestToken }),
    ...(view.message === undefined || view.message === '' ? {} : { message: view.message }),
    ...(endTime === undefined ? {} : { endTime }),
    ...(counts === undefined ? {} : { counts }),
  };
}

function countsFrom(view: GetModelInvocationJobResponse | ModelInvocationJobSummary): RecordCounts | undefined {
  if (view.totalRecordCount === undefined) return undefined;
  return {
    total: view.totalRecordCount,
    processed: view.processedRecordCount ?? 0,
    succeeded: view.successRecordCount ?? 0,
    failed: view.errorRecordCount ?? 0,
  };
}

/** The last segment of a job's ARN, in every partition: the folder of its output. */
export function jobIdOf(jobArn: string): string {
  return jobArn.slice(jobArn.lastIndexOf('/') + 1);
}
