export { createBatch, DEFAULT_MAX_ROW_BYTES, MAX_COLUMNS } from './batch.ts';
export { BlockReader, withRows } from './block-reader.ts';
export { ByteWindow, DEFAULT_BLOCK_BYTES } from './byte-window.ts';
export { withFinalLineEnd } from './final-line-end.ts';
export type { RowFormat, RowSkipper, ScanStop } from './row-format.ts';
export { foreignContent, markBytes, SIGNATURE_BYTES } from './signature.ts';
export { rejectForeignBytes } from './utf8-check.ts';
