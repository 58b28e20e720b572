import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { countFailed, StateError } from '@batchrock/core';
import { resume, stop } from '../dispatch.ts';
import { blockedError } from '../drive-run.ts';
import { resultRows } from '../result-rows.ts';
import { resultsToFile } from '../results.ts';
import type { RunStatus } from '../run-status.ts';
import { openRun, openSession, type Session, type SessionOptions } from '../session.ts';
import { readStatus } from '../status.ts';
import { advanceRun, isAtRest, resubmitFailed, submitRun } from '../submit.ts';
import { followRun } from '../watch.ts';
import { type BatchResults, type OutputLine, splitResults } from './batch-results.ts';
import { type BatchStatus, batchStatus } from './batch-status.ts';
import { type BatchLine, keepFile, requestsOf } from './request-file.ts';
import { type SavedBatch, saveBatch } from './saved-batch.ts';

/** How results are asked for. */
export interface ResultsOptions {
  /** False: throw `BR-E0204` while the batch is under way, in place of waiting for it. Default true. */
  readonly wait?: boolean;
  /** Between two looks while it is waited; default: 15 s, and 200 ms at a local Bedrock. */
  readonly pollMs?: number;
  readonly signal?: AbortSignal;
}

/** What a retry sends again. */
export interface BatchRetryOptions {
  /** Requests that failed with one of these codes; default: those that another attempt may help. */
  readonly codes?: readonly string[];
  /** All that failed, also what the service has refused for good. */
  readonly all?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * A batch of requests in OpenAI's format on Bedrock, with the life of LangBatch's batches: started, looked after, read. No call but
 * `getResults` waits for jobs, nothing goes on between calls, and each call may be made by another process: see `ChatCompletionBatch.load`.
 */
export interface Batch<Result> {
  /** What `save` keeps it under. */
  readonly id: string;
  /** The run that its requests are, once it was started: the commands and `Batchrock` know it by this. */
  readonly run: string | undefined;
  /** Absolute path of its requests. */
  readonly file: string;
  /**
   * Uploads the requests and creates as many jobs as may run now. Once only, also while a start is under way; one that has thrown may be
   * made again.
   */
  start(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Looks after the jobs, sends what may be sent next, and says how the batch stands. */
  getStatus(options?: { readonly signal?: AbortSignal }): Promise<BatchStatus>;
  /** Every request, answered or not; waits for the end of the batch. Of a cancelled batch: what was answered until then. */
  getResults(options?: ResultsOptions): Promise<BatchResults<Result>>;
  /** Writes the results as an OpenAI batch output, the errors beside it, and returns its path; waits like `getResults`. */
  getResultsFile(path: string, options?: ResultsOptions): Promise<string>;
  /** The requests without an answer, as they stand in the file. */
  getUnsuccessfulRequests(options?: ResultsOptions): Promise<readonly BatchLine[]>;
  /** Requests as they stand in the file, in its order. */
  getRequestsByCustomIds(ids: readonly string[]): Promise<readonly BatchLine[]>;
  /** Whether `retry` has anything to send. */
  isRetryableFailure(): Promise<boolean>;
  /**
   * Sends what has failed again, and no request that was answered; of a batch that was cancelled or that was refused jobs, what is
   * still to be sent. Returns without waiting.
   */
  retry(options?: BatchRetryOptions): Promise<void>;
  /** Stops the jobs at Bedrock; what they have answered is kept. Returns without waiting for them to stop. */
  cancel(options?: { readonly signal?: AbortSignal }): Promise<BatchStatus>;
  /** Keeps the batch with a copy of its requests in the state directory; the id to load it by. */
  save(): Promise<string>;
  /** Closes the ledger and its connections; jobs go on. The batch may be used again. */
  close(): Promise<void>;
  /** The same as `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** What a batch is made of. */
export interface BatchParts<Result> {
  readonly saved: SavedBatch;
  readonly session: SessionOptions;
  readonly resultOf: (customId: string, body: Readonly<Record<string, unknown>>) => Result;
}

/** An id for a batch that is new. */
export function newBatchId(): string {
  return randomUUID();
}

/** A batch, new or loaded. Its ledger is opened by the first call that needs it. */
export function createBatch<Result>({ saved, session: options, resultOf }: BatchParts<Result>): Batch<Result> {
  const { id, kind, request } = saved;
  let { run, file } = saved;
  let opening: Promise<Session> | undefined;
  let isStarting = false;
  const open = (): Promise<Session> => {
    opening ??= openSession(options);
    return opening;
  };
  const started = (): string => {
    if (run !== undefined) return run;
    throw new StateError('BR-E0207', 'the batch is not started', { hint: 'call start() first', details: { batch: id } });
  };
  const ended = async (o: ResultsOptions): Promise<{ session: Session; run: string }> => {
    const of = started();
    const session = await open();
    const status = o.wait === false ? await advanceRun(session, of, o) : await lastOf(followRun(session, of, o));
    await requireEnd(session, status);
    return { session, run: of };
  };
  const results = async (o: ResultsOptions): Promise<BatchResults<Result>> => {
    const { session, run: of } = await ended(o);
    return splitResults(resultRows<OutputLine>(session, of, { shape: 'openai', ...signalOf(o) }), resultOf);
  };
  const close = async (): Promise<void> => {
    const session = opening;
    opening = undefined;
    await (await session)?.close();
  };

  return {
    id,
    get run() {
      return run;
    },
    get file() {
      return file;
    },
    async start(o = {}) {
      if (run !== undefined) {
        const hint = 'retry() sends again what has failed; new: true makes another batch of the same requests';
        throw new StateError('BR-E0207', `the batch is started already: it is run ${run}`, { hint, details: { run } });
      }
      if (isStarting) {
        throw new StateError('BR-E0207', 'the batch is being started', {
          hint: 'wait for the first start()',
          details: { batch: id },
        });
      }
      isStarting = true;
      try {
        run = (await submitRun(await open(), { ...request, dataset: file }, { ...signalOf(o), yes: true })).run;
      } catch (error) {
        // what was found out about a server that failed is asked again by the next start
        await close();
        throw error;
      } finally {
        isStarting = false;
      }
    },
    async getStatus(o = {}) {
      const session = await open();
      return batchStatus(session, await advanceRun(session, started(), signalOf(o)));
    },
    getResults: (o = {}) => results(o),
    async getResultsFile(path, o = {}) {
      const { session, run: of } = await ended(o);
      return (await resultsToFile(session, of, path, { format: 'jsonl', shape: 'openai', ...signalOf(o) })).path;
    },
    async getUnsuccessfulRequests(o = {}) {
      const { unsuccessful } = await results(o);
      const ids = unsuccessful.flatMap(({ custom_id }) => (custom_id === null ? [] : [custom_id]));
      return requestsOf(file, new Set(ids));
    },
    getRequestsByCustomIds: (ids) => requestsOf(file, new Set(ids)),
    async isRetryableFailure() {
      const session = await open();
      return isRetryable(session, await readStatus(session, started()));
    },
    async retry(o = {}) {
      const session = await open();
      const status = await readStatus(session, started());
      if (status.state === 'stopped' || status.blocked !== undefined) {
        await resume(session, status.run, { ...signalOf(o), isLeft: true });
      } else await resubmitFailed(session, status.run, o);
    },
    async cancel(o = {}) {
      const session = await open();
      return batchStatus(session, await stop(session, started(), { mode: 'stop', isLeft: true, ...signalOf(o) }));
    },
    async save() {
      const session = await open();
      file = await keepFile(resolve(session.cwd, file), session.dir.spool);
      await saveBatch(session, { schema: saved.schema, id, kind, file, request, ...(run !== undefined && { run }) });
      return id;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function isRetryable(session: Session, status: RunStatus): Promise<boolean> {
  if (status.state === 'stopped') return true;
  if (status.state !== 'ended') return isAtRest(session, status);
  const { connection } = await openRun(session, status.run);
  return (await countFailed(connection.ports, status.run, {})).selected > 0;
}

async function requireEnd(session: Session, status: RunStatus): Promise<void> {
  const { run, state, blocked } = status;
  if (state === 'ended' || state === 'stopped') return;
  if (blocked !== undefined && (await isAtRest(session, status))) throw blockedError({ run, blocked });
  throw new StateError('BR-E0204', `the batch has not ended: run ${run} is ${state}`, {
    hint: 'ask getStatus() until it is completed, or leave out wait: false',
    details: { run },
  });
}

async function lastOf(statuses: AsyncIterable<RunStatus>): Promise<RunStatus> {
  let last: RunStatus | undefined;
  for await (const status of statuses) last = status;
  if (last !== undefined) return last;
  throw new StateError('BR-E0204', 'the batch tells no status');
}

function signalOf({ signal }: { readonly signal?: AbortSignal | undefined }): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
