import type { JsonObject, ObjectSink, StopMode } from '@batchrock/core';
import type { Question, RunRequest } from '../request/request.ts';
import type { RetryRequest } from './act.ts';
import type { AdoptReport, AdoptRequest } from './adopt.ts';
import { adopt, pause, resume, retryFailed, startRun, stop } from './dispatch.ts';
import { downloadRaw, downloadResults, type RunFilesReport, type RunFilesRequest } from './download/run-files.ts';
import { type ErrorGroup, readErrors } from './errors.ts';
import { type Explanation, explain } from './explain.ts';
import { type PlanReport, planRun } from './plan.ts';
import type { FollowOptions, LeaveOptions } from './progress.ts';
import type { OutputReport, RunReport } from './reports.ts';
import { type RowsRequest, resultRows } from './result-rows.ts';
import { type ResultsFileRequest, type ResultsRequest, resultsToFile, resultsToSink } from './results.ts';
import type { RunStatus } from './run-status.ts';
import type { SchemaRow } from './schema-row.ts';
import { openRun, openSession, type SessionOptions } from './session.ts';
import type { StartOptions } from './start-run.ts';
import { readList, readStatus } from './status.ts';
import { advanceRun, type SubmitOptions, submitRun } from './submit.ts';
import { followRun, type WatchOptions } from './watch.ts';

/**
 * Batchrock for programs: what the command line does, with types. `run` in its methods is a run id or the start of one;
 * undefined means the newest run. Every method throws the errors of `@batchrock/core`, told apart by their `code`.
 */
export interface Batchrock {
  /** Sends a dataset, waits, and writes its results; the same request again finds its run and goes on. */
  run(request: RunRequest, options?: StartOptions): Promise<RunReport>;
  /**
   * The same without waiting: creates as many jobs as may run now, and returns how the run stands. `watch` goes on with it, in this
   * process or a later one. Throws what keeps all of it from being sent.
   */
  submit(request: RunRequest, options?: SubmitOptions): Promise<RunStatus>;
  /** What a run would do and cost. Sends nothing. */
  plan(question: Question, options?: FollowOptions): Promise<PlanReport>;
  /** Where a run stands. */
  status(run?: string): Promise<RunStatus>;
  /** Every run of the ledger, newest first. */
  list(): Promise<readonly RunStatus[]>;
  /**
   * Does for a run what can be done now, without waiting: collects jobs that have ended, sends what may be sent next. Returns how it
   * stands then. Only looks where another process or an account drives it.
   */
  advance(run?: string, options?: FollowOptions): Promise<RunStatus>;
  /**
   * How a run stands, now and each time that it has changed, until it has come to rest or can send nothing more. Drives it where
   * nobody else does: who submits a run watches it to its end.
   */
  watch(run?: string, options?: WatchOptions): AsyncIterable<RunStatus>;
  /**
   * The rows of a run that was asked with this schema, in input order, as they are now: its properties are columns with their types,
   * and null where a row has no answer. Throws `BR-E0219` when the run was asked with another one, or a column of the dataset has a
   * property's name.
   */
  results<const Schema extends JsonObject>(
    run: string | undefined,
    options: RowsRequest & { readonly schema: Schema },
  ): AsyncIterable<SchemaRow<Schema>>;
  /**
   * The rows of a run with their outcomes, in input order, as they are now: at any time, also in the middle of a run. A row is its
   * line of JSON Lines results; `Row` says what the caller knows of it, and is not checked.
   */
  results<Row = Readonly<Record<string, unknown>>>(run?: string, options?: RowsRequest): AsyncIterable<Row>;
  /** Writes results into a file. */
  writeResults(run: string | undefined, out: string, options?: ResultsFileRequest): Promise<OutputReport>;
  /** Writes results into a sink. */
  writeResultsTo(run: string | undefined, sink: ObjectSink, options?: ResultsRequest): Promise<void>;
  /** With a stack: downloads the files of results that its functions have written; default: into `downloads/<job prefix>`. */
  download(run?: string, request?: RunFilesRequest): Promise<RunFilesReport>;
  /** Downloads what Bedrock itself has written, by part and attempt. */
  downloadRaw(run?: string, request?: RunFilesRequest): Promise<RunFilesReport>;
  /** Why rows failed or were rejected, most frequent reason first. */
  errors(run?: string, options?: { readonly examples?: number; readonly signal?: AbortSignal }): Promise<readonly ErrorGroup[]>;
  /** The life of a row (its number), a record, a part or a job. */
  explain(run: string | undefined, what: string): Promise<Explanation>;
  /** Sends failed rows once more, waits (unless it `isLeft`), and writes the results again. */
  retry(run?: string, options?: RetryRequest): Promise<RunReport>;
  /** Stops a run; what it has produced is kept. */
  stop(run: string | undefined, mode: StopMode, options?: LeaveOptions): Promise<RunStatus>;
  /** Sends nothing new of a run; jobs in flight go on and are collected. `resume` goes on with it. */
  pause(run?: string, options?: FollowOptions): Promise<RunStatus>;
  /** Goes on with a run that was stopped, paused, blocked or left alone. */
  resume(run?: string, options?: LeaveOptions): Promise<RunReport>;
  /** Takes over a run whose ledger is lost, from `s3://bucket/prefix/runs/<run>`; `resume` goes on with it. */
  adopt(place: string, request?: AdoptRequest): Promise<AdoptReport>;
  /** Closes the ledger and every connection, and stops the local Bedrock if this process runs it. */
  close(): Promise<void>;
  /** The same, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** The entry by the name of its type: `await Batchrock.open()` is `await openBatchrock()`. */
export const Batchrock = {
  /** See `openBatchrock`. */
  open: openBatchrock,
} as const;

/** Opens the ledger of a state directory, or with `stack` that of an orchestrator in an account. Close it again: an embedded local Bedrock runs until then. */
export async function openBatchrock(options: SessionOptions = {}): Promise<Batchrock> {
  const session = await openSession(options);
  return {
    run: (request, o) => startRun(session, request, o),
    plan: (question, o) => planRun(session, question, o),
    status: (run) => readStatus(session, run),
    list: () => readList(session),
    submit: (request, o) => submitRun(session, request, o),
    advance: (run, o) => advanceRun(session, run, o),
    watch: (run, o) => followRun(session, run, o),
    results: (run?: string, o?: RowsRequest) => resultRows<never>(session, run, o),
    writeResults: (run, out, o) => resultsToFile(session, run, out, o),
    async writeResultsTo(run, sink, o) {
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
    [Symbol.asyncDispose]: () => session.close(),
  };
}
