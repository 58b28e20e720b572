import { batchOf, clientRequestTokenOf, jobNameOf, waiterOf } from '../job-name/index.ts';
import type { Jobs } from '../jobs/index.ts';
import type { Log } from '../log/index.ts';
import { parseS3Uri } from '../place/index.ts';
import { isFinal } from '../refusal/index.ts';
import { type Asked, nextTurn, type Turn, type Waiter, type WaiterTable } from '../waiter/index.ts';
import { objectionTo } from './check.ts';
import type { CreateRequest } from './request.ts';

/** What the submission of a job needs. */
export interface SubmitPorts {
  readonly jobs: Jobs;
  readonly table: WaiterTable;
  readonly log: Log;
  readonly now: () => number;
}

/** How often another invocation may come between reading a waiter and writing it. */
const MAX_RACES = 5;
/** Bedrock's longest timeout (API reference, 2026-11), where the payload names none. */
const LONGEST_TIMEOUT_HOURS = 168;
/**
 * A tolerant batch goes on without a job that Bedrock has had no room for during so long. The retries of the state machine last
 * some 14 hours (60, up to half an hour apart, with jitter), and their end would be the end of the whole batch.
 */
const PATIENCE_MS = 10 * 3_600_000;

/**
 * Writes the waiter, makes the job and writes its ARN, in this order: whatever crashes in between, the next try finds the same
 * waiter and the same job, and the sweep finds a job that nobody wrote down. Throws what a state machine may catch or retry.
 */
export async function submit(ports: SubmitPorts, request: CreateRequest): Promise<Waiter> {
  const objection = objectionTo(request);
  if (objection !== undefined && request.toleratedFailure === 0) throw objection;
  const { waiter, turn } = await takeTurn(ports, request);
  if (turn.jobArn !== undefined) {
    const { jobName, jobArn, index, attempt } = waiter;
    ports.log('INFO', 'job awaited again', { jobName, jobArn, index, attempt });
    return waiter;
  }
  try {
    if (objection !== undefined) throw objection;
    const jobArn = await findOrCreate(ports, waiter, turn, request);
    ports.log('INFO', 'job created', { jobArn, jobName: waiter.jobName, index: waiter.index, attempt: waiter.attempt });
    await ports.table.setJobArn(waiter, jobArn);
    return { ...waiter, jobArn };
  } catch (error) {
    if (request.toleratedFailure === 0 || !(isFinal(error) || isGivenUp(error, request, ports.now()))) throw error;
    // The batch goes on without this job: the sweep, which alone may answer, tells the task.
    await ports.table.setRefused(waiter, { error: error.name, cause: error.message });
    ports.log('WARN', 'job refused', { jobName: waiter.jobName, index: waiter.index, error: error.name });
    return waiter;
  }
}

async function takeTurn(ports: SubmitPorts, request: CreateRequest): Promise<{ waiter: Waiter; turn: Turn }> {
  const asked = askedOf(request);
  for (let race = 0; race < MAX_RACES; race++) {
    const before = await ports.table.get(asked.waiter);
    const turn = nextTurn(before);
    const jobName = jobNameOf(asked.waiter, turn.attempt);
    const waiter: Waiter = {
      ...asked,
      attempt: turn.attempt,
      state: 'open',
      taskToken: request.taskToken,
      jobName,
      clientRequestToken: clientRequestTokenOf(jobName, request.parameters),
      since: ports.now(),
      ...(turn.jobArn === undefined ? {} : { jobArn: turn.jobArn }),
    };
    if (!(await ports.table.put(waiter, before))) continue;
    if (before !== undefined && before.toleratedFailure > 0 && before.attempt < turn.attempt) {
      await ports.table.removeFailure(waiter);
    }
    return { waiter, turn };
  }
  throw Object.assign(new Error(`${asked.waiter} is being written by others; try again`), { name: 'ConflictException' });
}

async function findOrCreate(ports: SubmitPorts, waiter: Waiter, turn: Turn, request: CreateRequest): Promise<string> {
  const { jobName, clientRequestToken } = waiter;
  if (turn.mayExist) {
    const found = await ports.jobs.find(waiter);
    if (found !== undefined) return found.jobArn;
  }
  try {
    return await ports.jobs.create({ ...request.parameters, jobName, clientRequestToken });
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ConflictException')) throw error;
    const found = await ports.jobs.find(waiter);
    if (found === undefined) throw error;
    return found.jobArn;
  }
}

/** Bedrock has said for hours that it makes no job now. What may have made one all the same does not count. */
function isGivenUp(error: unknown, { taskEntered }: CreateRequest, now: number): error is Error {
  if (!(error instanceof Error) || taskEntered === undefined || now - taskEntered <= PATIENCE_MS) return false;
  return error.name === 'ServiceQuotaExceededException' || error.name === 'ThrottlingException';
}

function askedOf(request: CreateRequest): Asked {
  const { execution, entered, index, jobName, parameters, manifestKey, manifestCount, toleratedFailure } = request;
  const output = parameters.outputDataConfig?.s3OutputDataConfig;
  const owner = output?.s3BucketOwner;
  return {
    waiter: waiterOf({ execution, entered, index, jobName, parameters }),
    batch: batchOf(execution, entered),
    index,
    manifestCount,
    manifestKey,
    modelId: parameters.modelId ?? '',
    outputBucket: parseS3Uri(output?.s3Uri ?? '')?.bucket ?? '',
    timeoutHours: parameters.timeoutDurationInHours ?? LONGEST_TIMEOUT_HOURS,
    toleratedFailure,
    ...(owner === undefined ? {} : { outputBucketOwner: owner }),
  };
}
