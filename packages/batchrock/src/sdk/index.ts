export type { RunHome } from '../compose/run-home.ts';
export { datasetNames, defaultOutput } from '../request/dataset-name.ts';
export { isFolderName, type OutputFormat } from '../request/output.ts';
export type { Question, RunRequest } from '../request/request.ts';
export type { RetryRequest, StopRequest } from './act.ts';
export type { AdoptReport, AdoptRequest } from './adopt.ts';
export { readCost, readCosts } from './cost/read-cost.ts';
export { adopt, pause, resume, retryFailed, startRun, stop } from './dispatch.ts';
export { downloadRaw, downloadResults, type RunFilesReport, type RunFilesRequest } from './download/run-files.ts';
export { type ErrorExample, type ErrorGroup, readErrors } from './errors.ts';
export { type Explanation, explain, type PartLife, type RecordLife } from './explain.ts';
export { type WatchRunOptions, watchRun } from './follow.ts';
export { findGarbage, removeGarbage } from './gc/gc.ts';
export type { GcReport, RestingState } from './gc/gc-report.ts';
export { type AnswersFilter, type AnswersReport, clearAnswers, readAnswers } from './kept-answers.ts';
export { type OutcomeName, outcomeNames } from './only-outcomes.ts';
export { type PlanReport, planRun } from './plan.ts';
export type { FollowOptions, LeaveOptions, RunProgress } from './progress.ts';
export type { OutputReport, RunReport } from './reports.ts';
export type { RowsRequest } from './result-rows.ts';
export { type ResultsFileRequest, type ResultsRequest, resultsToFile, resultsToSink } from './results.ts';
export { howToGoOn, type RunCost, type RunStatus, runArguments } from './run-status.ts';
export {
  findRunId,
  loadRunHome,
  openLookingSession,
  openRun,
  openSession,
  type Session,
  type SessionOptions,
} from './session.ts';
export { combinedStatus } from './split/combined-status.ts';
export { type PlannedModels, planSplit } from './split/plan-split.ts';
export { type SplitOptions, type SplitReport, type SplitRequest, startSplit } from './split/start-split.ts';
export type { StartOptions } from './start-run.ts';
export { readList, readNewest, readStatus } from './status.ts';
export type { SubmitOptions } from './submit.ts';
export type { WatchOptions } from './watch.ts';
