import type { ObjectSink, StopMode } from '@batchrock/core';
import type { Question, RunRequest } from '../request/request.ts';
import type { RetryRequest } from './act.ts';
import type { AdoptReport, AdoptRequest } from './adopt.ts';
import { adopt, pause, resume, retryFailed, startRun, stop } from './dispatch.ts';
import { downloadRaw, downloadResults, type RunFilesReport, type RunFilesRequest } from './download/run-files.ts';
import { type ErrorGroup, readErrors } from './errors.ts';
import { type Explanation, explain } from './explain.ts';
import { type WatchOptions, watchRun } from './follow.ts';
import { type PlanReport, planRun } from './plan.ts';
import type { FollowOptions } from './progress.ts';
import type { OutputReport, RunReport } from './reports.ts';
import { type ResultsFileRequest, type ResultsRequest, resultsToFile, resultsToSink } from './results.ts';
import type { RunStatus } from './run-status.ts';
import { openRun, openSession, type SessionOptions } from './session.ts';
import type { StartOptions } from './start-run.ts';
import { readList, readStatus } from './status.ts';

/**
 * Batchrock for programs: what the command line does, with types. `run` in its methods is a run id or the start of one;
 * undefined means the newest run. Every method throws the errors of `@batchrock/core`, told apart by their `code`.
 */
export interface Batchrock {
  /** Sends a dataset, waits, and writes its results; the same request again finds its run and goes on. */
  run(request: RunRequest, options?: StartOptions): Promise<RunReport>;
  /** What a run would do and cost. Sends nothing. */
  plan(question: Question, options?: FollowOptions): Promise<PlanReport>;
  /** Where a run stands. */
  status(run?: string): Promise<RunStatus>;
  /** Every run of the ledger, newest first. */
  list(): Promise<readonly RunStatus[]>;
  /** Follows a run that another process drives, until it has come to rest or the time is up. */
  watch(run?: string, options?: WatchOptions): Promise<RunStatus>;
  /** Writes results into a file; at any time, also in the middle of a run. */
  results(run: string | undefined, out: string, options?: ResultsFileRequest): Promise<OutputReport>;
  /** Writes results into a sink. */
  resultsTo(run: string | undefined, sink: ObjectSink, options?: ResultsRequest): Promise<void>;
  /** With a stack: downloads the files of results that its functions have written; default: into `downloads/<job prefix>`. */
  download(run?: string, request?: RunFilesRequest): Promise<RunFilesReport>;
  /** Downloads what Bedrock itself has written, by part and attempt. */
  downloadRaw(run?: string, request?: RunFilesRequest): Promise<RunFilesReport>;
  /** Why rows failed or were rejected, most frequent reason first. */
  errors(run?: string, options?: { readonly examples?: number; readonly signal?: AbortSignal }): Promise<readonly ErrorGroup[]>;
  /** The life of a row (its number), a record, a part or a job. */
  explain(run: string | undefined, what: string): Promise<Explanation>;
  /** Sends failed rows once more, waits, and writes the results again. */
  retry(run?: string, options?: RetryRequest): Promise<RunReport>;
  /** Stops a run; what it has produced is kept. */
  stop(run: string | undefined, mode: StopMode, options?: FollowOptions): Promise<RunStatus>;
  /** Sends nothing new of a run; jobs in flight go on and are collected. `resume` goes on with it. */
  pause(run?: string, options?: FollowOptions): Promise<RunStatus>;
  /** Goes on with a run that was stopped, paused, blocked or left alone. */
  resume(run?: string, options?: FollowOptions): Promise<RunReport>;
  /** Takes over a run whose ledger is lost, from `s3://bucket/prefix/runs/<run>`; `resume` goes on with it. */
  adopt(place: string, request?: AdoptRequest): Promise<AdoptReport>;
  /** Closes the ledger and every connection, and stops the local Bedrock if this process runs it. */
  close(): Promise<void>;
}

/** Opens the ledger of a state directory, or with `stack` that of an orchestrator in an account. Close it again: an embedded local Bedrock runs until then. */
export async function openBatchrock(options: SessionOptions = {}): Promise<Batchrock> {
  const session = await openSession(options);
  return {
    run: (request, o) => startRun(session, request, o),
    plan: (question, o) => planRun(session, question, o),
    status: (run) => readStatus(session, run),
    list: () => readList(session),
    watch: (run, o) => watchRun(session, run, o),
    results: (run, out, o) => resultsToFile(session, run, out, o),
    async resultsTo(run, sink, o) {
      await resultsToSink(session, run, sink, o);
    },
    download: (run, request) => downloadResults(session, run, request),
    downloadRaw: (run, request) => downloadRaw(session, run, request),
    async errors(run, o) {
      const { id, connection } = await openRun(session, run);
      return readErrors(connection, id, o);
    },
    async explain(run, what) {
      const { id, connection } = await openRun(session, run);
      return explain(connection, id, what);
    },
    retry: (run, o) => retryFailed(session, run, o),
    stop: (run, mode, o) => stop(session, run, { ...o, mode }),
    pause: (run, o) => pause(session, run, o),
    resume: (run, o) => resume(session, run, o),
    adopt: (place, request) => adopt(session, place, request),
    close: () => session.close(),
  };
}
