export { type BatchrockError, type ErrorCode, isBatchrockError, type StopMode } from '@batchrock/core';
export { type Batchrock, openBatchrock } from './sdk/batchrock.ts';
export type {
  ErrorExample,
  ErrorGroup,
  Explanation,
  FollowOptions,
  OutcomeName,
  OutputFormat,
  OutputReport,
  PartLife,
  PlanReport,
  Question,
  RecordLife,
  ResultsFileRequest,
  ResultsRequest,
  RetryRequest,
  RunCost,
  RunFilesReport,
  RunFilesRequest,
  RunProgress,
  RunReport,
  RunRequest,
  RunStatus,
  SessionOptions,
  StartOptions,
  WatchOptions,
} from './sdk/index.ts';
export {
  type EnqueuedFile,
  type EnqueueOptions,
  type ListOptions,
  openQueue,
  type Queue,
  type QueuedFile,
  type QueueOptions,
  type WaitOptions,
} from './sdk/queue/index.ts';
export { type SimulationReport, type SimulationRequest, simulate } from './sdk/simulate.ts';
