export {
  type EnqueueRequest,
  FILE_CHANGES,
  type FileChange,
  QUEUE_CHANGES,
  type QueueChange,
  type ShownQueue,
} from './change.ts';
export {
  type FileBody,
  type FileCounts,
  type FileOutput,
  type FileReason,
  type FileStatus,
  isOver,
  JOB_HOURS,
  reopened,
  type ShownFile,
  shownFile,
} from './file.ts';
export { type FileIdentity, fileIdOf, isFileId } from './file-id.ts';
export {
  type FileShelf,
  fileItem,
  fileKey,
  fileOf,
  filesOf,
  filesOn,
  findFile,
  findFileByKey,
  type KeyBody,
  keyKey,
} from './file-items.ts';
export { FAILED_PREFIX, type FileKey, INTAKE_PREFIX, nameOf, parseFileKey } from './file-key.ts';
export { queueItem, queueKey, queuePausedAt } from './queue-item.ts';
