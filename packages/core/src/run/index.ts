export { adoptJob, findJob, isJobOf } from './adopt.ts';
export { AnswerLookup, type AnswerLookupOptions } from './answer-lookup.ts';
export { type AnswerScopeInput, answerScope } from './answer-scope.ts';
export { BlockWriter } from './block-writer.ts';
export { askBudget, type BudgetLimits, type BudgetVerdict, setBudget } from './budget.ts';
export { cachedTokens, type TokenSums } from './cached-tokens.ts';
export { type CollectResult, collectPart } from './collect.ts';
export { writeOutcomes } from './collect-output.ts';
export { type OnDemandCounts, type RunCounts, runCounts } from './counts.ts';
export { type DispatchOptions, type DispatchReport, dispatchLane, ensureLane } from './dispatch.ts';
export type {
  AskedTail,
  Dedupe,
  EventBody,
  RegionStore,
  RetrySelection,
  RunBody,
  RunBudget,
  RunDocument,
  RunPause,
  RunState,
  RunTail,
  StopMode,
} from './document.ts';
export { type DriveOptions, driveRun, isOver, type RunSnapshot } from './drive.ts';
export { type ExportCounts, type ExportInput, exportResults, resultTable } from './export.ts';
export { buildGeneration } from './generation.ts';
export { runIdFor } from './identity.ts';
export { type IntentPhase, intentPhase, renewIntent, withdrawIntent, writeIntent } from './intent.ts';
export {
  eventItem,
  eventSort,
  laneItem,
  type NameBody,
  nameItem,
  openPartsAt,
  openRunsAt,
  openSort,
  partItem,
  runItem,
} from './items.ts';
export { isManifestKey, jobManifest, type Manifest } from './job-output.ts';
export { jobParameters, jobSpec } from './job-spec.ts';
export { jobsOfRun } from './jobs-of-run.ts';
export { isInputKey, ledgerKeys, objectKeys, partId, partSort } from './keys.ts';
export { type JobHint, type KickResult, kickJob } from './kick.ts';
export { KnownRequests } from './known-requests.ts';
export {
  eachBody,
  findName,
  findPart,
  findRun,
  type Loaded,
  loadDocument,
  loadLane,
  loadPart,
  loadParts,
  loadRun,
  type PartRef,
  readText,
} from './load.ts';
export { onDemandId } from './on-demand-answers.ts';
export { tailOf } from './on-demand-rule.ts';
export { setTail } from './on-demand-steps.ts';
export { type RunOrders, readOrders } from './orders.ts';
export { type OwnerDocument, type RunOwner, readOwner, writeOwner } from './owner.ts';
export type { OpenRows } from './part-rows.ts';
export { type FirstAttemptFacts, PartWriter, type PartWriterOptions } from './part-writer.ts';
export {
  type PreparedDocument,
  readPartsDocument,
  readPrepared,
  writePartsDocument,
  writePrepared,
} from './parts-document.ts';
export { pauseRun, unpauseRun } from './pause.ts';
export { adoptOrphans, pollParts } from './poll.ts';
export type { RunPorts } from './ports.ts';
export { type PreparedRun, type PrepareOptions, prepareRun } from './prepare.ts';
export type { PrepareProgress } from './prepare-pass.ts';
export { eventsSince, findRunByIdentity, listRuns, type RunReading, readRun } from './read.ts';
export { bareCause, type RejectContext, rejectMessage } from './reject-message.ts';
export { RequestSorter } from './request-sorter.ts';
export { resultNames } from './result-names.ts';
export { type RetryOptions, resumeRun, retryRun } from './resume.ts';
export { countFailed, type FailedRows } from './retry-selection.ts';
export { openRowChain, type RowChainOptions } from './row-chain.ts';
export { findRowPlace, type RowPlace, type RowPlaceInput } from './row-place.ts';
export { RowsOver } from './rows-over.ts';
export type { RowSample } from './sampled-rows.ts';
export { type SettleResult, settleRun, wantsAnother } from './settle.ts';
export { isOwn, keepActive, lanesOf, type OwnRuns, quotaOf, sharingOf } from './sharing.ts';
export { countSharing } from './sharing-rows.ts';
export type { RunSteps, StepOptions } from './steps.ts';
export { stopJobs, stopRun } from './stop.ts';
export { type CreateResult, type PursueResult, pursueIntent, type SubmitOptions, submitPart } from './submit.ts';
export { paidCost, type RunCost, summaryText, tokenCost, writeText } from './summary.ts';
export { carryRun, type SlotsReport, type SweepOptions, type SweepReport, sweepLane, sweepSlots } from './sweep.ts';
export { openTakenRows, type TakenRows } from './taken-rows.ts';
export { type TimeLeftInput, timeLeft } from './time-left.ts';
export { isPassing } from './tolerance.ts';
export { type Happening, recordEvent, transact } from './transact.ts';
export { lookForUnseen, unseenFor } from './unseen.ts';
