export { BatchrockError, type ErrorCode, type ErrorKind, isBatchrockError } from '@batchrock/core';
export * from './sdk/index.ts';
