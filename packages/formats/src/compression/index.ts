export { type CompressionName, DEFAULT_MAX_EXPANSION, decompress, skipBytes } from './decompress.ts';
export { compressionOf } from './magic.ts';
