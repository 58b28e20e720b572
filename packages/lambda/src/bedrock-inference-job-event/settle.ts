import { type Answer, fit, isSettled, judge } from '../answer/index.ts';
import type { Job } from '../jobs/index.ts';
import { parseS3Uri } from '../place/index.ts';
import type { TaskAnswer } from '../task/index.ts';
import type { Waiter } from '../waiter/index.ts';
import type { EventPorts } from './ports.ts';

/** `unsettled`: the output is not all there yet. `gone`: nobody waits by the token. */
export type Settled = 'answered' | 'gone' | 'unsettled';

/** Tells the task how its job ended. May be repeated at any point. */
export async function settle(ports: EventPorts, waiter: Waiter, job: Job): Promise<Settled> {
  const output = await ports.outputs.read(job, waiter.outputBucketOwner);
  if (!isSettled(job, output, ports.now())) return 'unsettled';
  const { succeeded, answer } = judge(job, output, waiter);
  const settled = await tell(ports, waiter, { answer, succeeded, outputUri: job.outputUri });
  if (settled === 'answered') count(ports, answer);
  return settled;
}

/** Tells the task of a tolerant batch that no job was made for its manifest. */
export async function settleRefused(ports: EventPorts, waiter: Waiter): Promise<Settled> {
  const { error = '', cause = '' } = waiter.refused ?? {};
  const { outputBucket: bucket, jobName, manifestKey, modelId } = waiter;
  const about = { job_name: jobName, manifest_key: manifestKey, model_id: modelId };
  const answer: Answer = { status: 'Failed', bucket, keys: [], error, cause, ...about };
  return tell(ports, waiter, { answer, succeeded: false, outputUri: `s3://${bucket}/` });
}

interface Finding {
  readonly answer: Answer;
  readonly succeeded: boolean;
  /** Where an answer goes that is too large to be returned. */
  readonly outputUri: string;
}

async function tell(ports: EventPorts, waiter: Waiter, finding: Finding): Promise<Settled> {
  const { answer, succeeded } = finding;
  const isTold = succeeded || (await isTolerated(ports, waiter));
  const told = await ports.tasks.answer(
    waiter.taskToken,
    isTold ? await success(ports, waiter, finding) : { kind: 'failure', error: answer.error ?? '', cause: answer.cause ?? '' },
  );
  if (told === 'gone') {
    if (waiter.goneSince === undefined) await ports.table.setGone(waiter, ports.now());
    return 'gone';
  }
  await ports.table.setAnswered(waiter, answer.status);
  const { jobName, jobArn, index } = waiter;
  ports.log('INFO', 'task told', { jobName, index, status: answer.status, ...(jobArn === undefined ? {} : { jobArn }) });
  return 'answered';
}

/** Counts the failure first, once for an index, so that a repeated answer decides alike. */
async function isTolerated(ports: EventPorts, waiter: Waiter): Promise<boolean> {
  return waiter.toleratedFailure > 0 && (await ports.table.addFailure(waiter)) <= waiter.toleratedFailure;
}

async function success(ports: EventPorts, waiter: Waiter, { answer, outputUri }: Finding): Promise<TaskAnswer> {
  const { manifestCount, outputBucketOwner: owner } = waiter;
  const answerKey = `${parseS3Uri(outputUri)?.key ?? ''}answers/${waiter.jobName}.json`;
  const { output, object } = fit(answer, { manifestCount, answerKey });
  if (object !== undefined) {
    const { body, ...place } = object;
    await ports.outputs.write({ ...place, ...(owner === undefined ? {} : { owner }) }, body);
  }
  return { kind: 'success', output };
}

function count(ports: EventPorts, { status, record_counts: records, token_counts: tokens }: Answer): void {
  ports.metrics({ JobsEnded: 1 }, status);
  ports.metrics({
    RecordsSucceeded: records?.succeeded ?? 0,
    RecordsFailed: records?.failed ?? 0,
    InputTokens: tokens?.input ?? 0,
    OutputTokens: tokens?.output ?? 0,
  });
}
