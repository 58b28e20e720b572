export { type CallLog, createCallLog, type RecordedCall, recordCalls } from './calls.ts';
export {
  type ChecksumAlgorithm,
  type CommitResult,
  type ListOptions,
  type ListPage,
  listAll,
  type ObjectHeaders,
  type ObjectStorage,
  type ObjectWrite,
  type OpenObject,
  type ReadOptions,
  type StoredChecksum,
  type StoredObject,
  type WriteConditions,
  type WriteOptions,
} from './object-storage.ts';
