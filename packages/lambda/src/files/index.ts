export { FILE_STATUSES, type FileBody, type FileOutput, type FileReason, type FileStatus, isOver } from './file.ts';
export { type FileIdentity, fileIdOf, isFileId } from './file-id.ts';
export { FAILED_PREFIX, type FileKey, INTAKE_PREFIX, nameOf, parseFileKey } from './file-key.ts';
export { type QueueSettings, readQueueSettings } from './queue-settings.ts';
