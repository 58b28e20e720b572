export { type CompressionName, decompress, skipBytes } from './decompress.ts';
export { compressionOf } from './magic.ts';
