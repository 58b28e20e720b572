export { createParquetWriter, type ParquetWriterOptions } from './parquet-writer.ts';
