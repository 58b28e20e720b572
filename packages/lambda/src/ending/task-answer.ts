import type { FileBody } from '../files/index.ts';
import type { TaskAnswer } from '../task/index.ts';

/**
 * Bytes of an answer. Step Functions takes 262,144 of one task (Service quotas, 2026-11); what is left of it is room for the state
 * around it.
 */
const MOST_ANSWER = 250_000;

/** Where the results of a file lie. */
export interface FileResults {
  readonly bucket: string;
  /** Objects, in order of the file's lines. */
  readonly keys: readonly string[];
  /** What names all of them. */
  readonly summaryKey: string;
}

/**
 * What a task that waits for a file is told: `status`, `bucket` and `keys` as a job's task is, and beside them what is known of the
 * file. More keys than a state may hold are named by the object at `keys_location` alone.
 */
export function taskAnswer(file: FileBody, results: FileResults | undefined): TaskAnswer {
  const { status, reason } = file;
  if (results === undefined || status === 'Failed' || status === 'Cancelled') {
    // the name that a stopped job has for the state machines of BedrockBatchSfn, which do not try it again
    const error = status === 'Cancelled' ? 'Stopped' : 'Failed';
    const cause = reason === undefined ? `file ${file.file} is ${status}` : `${reason.code}: ${reason.message}`;
    return { kind: 'failure', error, cause: results === undefined ? cause : `${cause} (results: ${placeOf(results)})` };
  }
  const { bucket, keys, summaryKey } = results;
  const about = {
    file: file.file,
    run: file.run,
    name: file.name,
    model_id: file.modelId,
    record_counts: file.counts,
    token_counts: file.tokens,
    cost_usd: file.costUsd,
    results_location: { bucket, key: summaryKey },
  };
  const whole = JSON.stringify({ status, bucket, keys, ...about });
  if (Buffer.byteLength(whole) <= MOST_ANSWER) return { kind: 'success', output: whole };
  const keysLocation = { bucket, key: summaryKey };
  return {
    kind: 'success',
    output: JSON.stringify({ status, bucket, keys_location: keysLocation, key_count: keys.length, ...about }),
  };
}

function placeOf({ bucket, summaryKey }: FileResults): string {
  return `s3://${bucket}/${summaryKey}`;
}
