export { openParquet, type ParquetOptions } from './parquet-open.ts';
export { createParquetWriter, type ParquetWriterOptions } from './parquet-writer.ts';
export { checkSameColumns } from './same-columns.ts';
