export { type CallLog, createCallLog, type RecordedCall, recordCalls } from './calls.ts';
export { CHECKSUM_BYTES, canCombine, combineCrcs, createChecksum, type RunningChecksum } from './checksum/index.ts';
export type { BlobWriter } from './disk/blob-folder.ts';
export { DiskObjectStorage, newEtag } from './disk/disk-object-storage.ts';
export type { FoundObject } from './disk/object-table.ts';
export type { Part, Upload, UploadFacts } from './disk/upload-table.ts';
export { diskFull, isDiskFull } from './disk-full.ts';
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
