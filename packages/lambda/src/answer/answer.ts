import type { Job, RecordCounts } from '../jobs/index.ts';
import { hasSucceeded } from '../waiter/index.ts';
import type { JobOutput, TokenCounts } from './output.ts';

/** What a task returns. The first three are the fields of the original construct; `error` and `cause` stand there for a tolerated failure. */
export interface Answer {
  readonly status: string;
  readonly bucket: string;
  readonly keys: readonly string[];
  readonly error?: string;
  readonly cause?: string;
  readonly job_arn?: string;
  readonly job_name: string;
  readonly manifest_key: string;
  readonly model_id: string;
  readonly record_counts?: RecordCounts;
  readonly token_counts?: TokenCounts;
}

/** How an ended job is told: as a success, or as a failure with what would be told if the batch tolerates it. */
export interface Verdict {
  readonly succeeded: boolean;
  readonly answer: Answer;
}

/** What the answer says beside what Bedrock says of the job. */
export interface AnswerSubject {
  readonly manifestKey: string;
  readonly modelId: string;
}

/** How long an ended job's output may take to appear (AWS says nothing; objects are visible once written, so minutes are ample). */
export const OUTPUT_SETTLE_MS = 10 * 60_000;

/**
 * False while Bedrock may still be writing what an ended job returns: its manifest, and an output file if any record was
 * processed. Jobs that did not succeed are not waited for: most have no output at all.
 */
export function isSettled(job: Job, output: JobOutput, now: number): boolean {
  if (!hasSucceeded(job.status)) return true;
  if (output.manifest !== undefined && (output.keys.length > 0 || job.counts?.processed === 0)) return true;
  return now >= (job.endTime ?? 0) + OUTPUT_SETTLE_MS;
}

/** Judges an ended job. */
export function judge(job: Job, output: JobOutput, subject: AnswerSubject): Verdict {
  const succeeded = hasSucceeded(job.status);
  return {
    succeeded,
    answer: {
      status: job.status,
      bucket: output.bucket,
      keys: output.keys,
      ...(succeeded ? {} : { error: job.status, cause: causeOf(job, output) }),
      job_arn: job.jobArn,
      job_name: job.jobName,
      manifest_key: subject.manifestKey,
      model_id: subject.modelId,
      ...(job.counts === undefined ? {} : { record_counts: job.counts }),
      ...(output.manifest === undefined ? {} : { token_counts: output.manifest.tokens }),
    },
  };
}

const SILENT: Readonly<Record<string, string>> = { Failed: 'Job failed', Expired: 'Job expired', Stopped: 'Job stopped' };

/** Bedrock's message, or the original's words where it gives none; and where the records lie that were paid for all the same. */
function causeOf(job: Job, output: JobOutput): string {
  const cause = job.message ?? SILENT[job.status] ?? `Job ended as ${job.status}`;
  if (output.keys.length === 0) return cause;
  const files = output.keys.length === 1 ? '1 file' : `${output.keys.length} files`;
  return `${cause} (partial output: ${files} below s3://${output.bucket}/${output.prefix})`;
}
