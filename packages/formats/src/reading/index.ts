export { batchRows, createBatch, DEFAULT_MAX_ROW_BYTES, MAX_COLUMNS } from './batch.ts';
export { ByteWindow, DEFAULT_BLOCK_BYTES, type FillResult } from './byte-window.ts';
export { foreignContent, markBytes, SIGNATURE_BYTES } from './signature.ts';
export { rejectForeignBytes } from './utf8-check.ts';
