export {
  type BatchrockError,
  type DefinedAnswer,
  defineFamily,
  type ErrorCode,
  type FamilyDefinition,
  isBatchrockError,
  type StopMode,
} from '@batchrock/core';
export type { ImageReach } from './images/image-reach.ts';
export type { LogFields } from './log/fields.ts';
export type { LogEntry, LogLevel } from './log/log.ts';
export type { FileCounts, FileOutput, FileReason, FileStatus } from './queue/file.ts';
export type { FetchImages } from './request/fetch-images.ts';
export type { KnownExport, ResultShape } from './request/output.ts';
export type { InputFormat } from './request/request.ts';
export {
  type Batch,
  type BatchLine,
  type BatchOptions,
  type BatchResults,
  type BatchRetryOptions,
  type BatchStatus,
  type ChatChoice,
  ChatCompletionBatch,
  type ChatMessages,
  type ChatResult,
  chatCompletionBatch,
  EmbeddingBatch,
  type EmbeddingResult,
  embeddingBatch,
  type LoadOptions,
  type RequestFields,
  type ResultsOptions,
  type UnsuccessfulResult,
} from './sdk/batch/index.ts';
export { Batchrock, openBatchrock } from './sdk/batchrock.ts';
export type {
  AdoptReport,
  AdoptRequest,
  ErrorExample,
  ErrorGroup,
  Explanation,
  FollowOptions,
  LeaveOptions,
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
  RowsRequest,
  RunCost,
  RunFilesReport,
  RunFilesRequest,
  RunProgress,
  RunReport,
  RunRequest,
  RunStatus,
  SessionOptions,
  StartOptions,
  SubmitOptions,
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
export type { SchemaRow, SchemaValue } from './sdk/schema-row.ts';
export { type RequestedRegion, type SimulationReport, type SimulationRequest, simulate } from './sdk/simulate.ts';
