export { claimPlace } from './claim-place.ts';
export {
  type FileBody,
  type FileCounts,
  type FileOutput,
  type FileReason,
  type FileStatus,
  isOver,
  reopened,
  type ShownFile,
  shownFile,
} from './file.ts';
export { type FileIdentity, fileIdOf, isFileId } from './file-id.ts';
export { FAILED_PREFIX, type FileKey, INTAKE_PREFIX, nameOf, parseFileKey } from './file-key.ts';
export { changeFile, type FileShelf, filesOn, findFile, findFileByKey } from './file-ledger.ts';
export { type QueueSettings, readQueueSettings } from './queue-settings.ts';
export { changeRunFiles, closeRun, findRunFiles, isWantedByOthers, openRunFiles, type RunFiles, reopenRun } from './run-files.ts';
export { addTask, forgetTasks, waitingTasks } from './waiting-tasks.ts';
