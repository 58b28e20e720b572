export type { AnswerCache, AnswerScope, FindAnswersOptions, KeptAnswer } from './answer-cache.ts';
export {
  type BatchService,
  type BatchServiceFacts,
  isTerminalStatus,
  type JobCounts,
  type JobQuery,
  type JobSpec,
  type JobStatus,
  type JobView,
  type VpcConfig,
} from './batch-service.ts';
export { BlockPool } from './block-pool.ts';
export type { Clock } from './clock.ts';
export { checkCommit, keyOfWrite } from './commit-shape.ts';
export type { Compression } from './compression.ts';
export type { Digest, RunningDigest } from './digest.ts';
export { builtInFamilies, type Families, type FamilyModule, type FamilyRef } from './families.ts';
export {
  type CommitResult,
  type IndexEntry,
  type IndexName,
  type Item,
  type Json,
  type Key,
  type Ledger,
  MAX_COMMIT_WRITES,
  type NewItem,
  type Page,
  type PageQuery,
  UNREADABLE,
  type Version,
  type Write,
} from './ledger.ts';
export type { ModelAnswer, ModelCall, ModelRuntime } from './model-runtime.ts';
export type {
  ByteSource,
  CallOptions,
  CreateOptions,
  ObjectInfo,
  ObjectSink,
  ObjectStore,
  OpenOptions,
} from './object-store.ts';
export type { ParquetColumn, ParquetField, ParquetType, TimeUnit } from './parquet-type.ts';
export type { Random } from './random.ts';
export {
  type ResultField,
  type ResultNames,
  type ResultRow,
  ResultStatus,
  type ResultTable,
  type ResultWriter,
} from './result-writer.ts';
export { type Dialect, dialectColumns, type ReadPosition, type RejectCause, type RowReader, rowFormat } from './rows.ts';
export type { Schemas } from './schemas.ts';
export type { Scratch, ScratchFile } from './scratch.ts';
export type { PinOptions, RandomAccess, Source, SourcePin } from './source.ts';
