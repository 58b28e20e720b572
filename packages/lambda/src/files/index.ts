export {
  FAILED_PREFIX,
  type FileBody,
  type FileCounts,
  type FileOutput,
  type FileReason,
  type FileStatus,
  fileIdOf,
  filesOn,
  findFile,
  findFileByKey,
  INTAKE_PREFIX,
  isFileId,
  isOver,
  JOB_HOURS,
  parseFileKey,
  reopened,
  type ShownFile,
  type ShownQueue,
  shownFile,
} from 'batchrock/queue';
export { claimPlace } from './claim-place.ts';
export { changeFile } from './file-ledger.ts';
export { cameWhilePaused, setQueuePaused } from './queue-pause.ts';
export { type QueueSettings, readQueueSettings } from './queue-settings.ts';
export { changeRunFiles, closeRun, findRunFiles, isWantedByOthers, openRunFiles, type RunFiles, reopenRun } from './run-files.ts';
export { addTask, forgetTasks, waitingTasks } from './waiting-tasks.ts';
