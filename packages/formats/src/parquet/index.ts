export { openParquet, type ParquetOptions } from './parquet-open.ts';
export {
  createParquetWriter,
  GROUP_ROWS,
  ParquetJoiner,
  ParquetMemory,
  type ParquetPiece,
  type ParquetWriterOptions,
} from './parquet-writer.ts';
export { checkSameColumns } from './same-columns.ts';
