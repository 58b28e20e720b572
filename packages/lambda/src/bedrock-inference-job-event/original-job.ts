import { fit, judge } from '../answer/index.ts';
import { isTerminal } from '../jobs/index.ts';
import { parseS3Uri } from '../place/index.ts';
import type { EventPorts } from './ports.ts';
import type { Settled } from './settle.ts';

/** `foreign`: no job of this stack. */
type Original = Exclude<Settled, 'unsettled'> | 'running' | 'foreign';

/**
 * Answers for a job that the original construct made before the stack was updated to this one: it has a role of this stack, and
 * its task token stands in its tags, cut into pieces `TaskToken:0`, `TaskToken:1` and so on. Any other job is foreign.
 */
export async function answerOriginal(ports: EventPorts, jobArn: string): Promise<Original> {
  if (ports.batchRoleArns.length === 0) return 'foreign';
  const job = await ports.jobs.get(jobArn);
  if (job === undefined || !ports.batchRoleArns.includes(job.roleArn)) return 'foreign';
  if (!isTerminal(job.status)) return 'running';
  const taskToken = tokenFrom(await ports.jobs.tags(jobArn));
  if (taskToken === undefined) return 'foreign';
  const output = await ports.outputs.read(job);
  const subject = { manifestKey: parseS3Uri(job.inputUri)?.key ?? '', modelId: job.modelId };
  const { succeeded, answer } = judge(job, output, subject);
  // The original's job is not in the table, so no sweep comes back to it: Lambda's own repetition does.
  if (succeeded && output.keys.length === 0) throw new Error(`the output of ${jobArn} is not there yet`);
  if (!succeeded) {
    return toLooked(await ports.tasks.answer(taskToken, { kind: 'failure', error: job.status, cause: answer.cause ?? '' }));
  }
  const answerKey = `${parseS3Uri(job.outputUri)?.key ?? ''}answers/${job.jobName}.json`;
  const fitted = fit(answer, { manifestCount: 1, answerKey });
  if (fitted.object !== undefined) await ports.outputs.write(fitted.object, fitted.object.body);
  return toLooked(await ports.tasks.answer(taskToken, { kind: 'success', output: fitted.output }));
}

function toLooked(told: 'told' | 'gone'): Original {
  return told === 'told' ? 'answered' : 'gone';
}

/** The pieces in the order of their numbers: as text, 10 would come before 2. */
export function tokenFrom(tags: Readonly<Record<string, string>>): string | undefined {
  const pieces = Object.entries(tags)
    .map(([key, value]) => ({ number: /^TaskToken:([0-9]+)$/.exec(key)?.[1], value }))
    .filter((piece) => piece.number !== undefined)
    .sort((a, b) => Number(a.number) - Number(b.number));
  return pieces.length === 0 ? undefined : pieces.map(({ value }) => value).join('');
}
