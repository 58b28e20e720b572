export { type CompressionName, compressionOf, decompress } from './compression/index.ts';
export * from './csv/index.ts';
export {
  type DatasetFormat,
  type DatasetShape,
  datasetShape,
  type FormatName,
  type OpenDatasetOptions,
  openDataset,
} from './dataset-format.ts';
export * from './hub/index.ts';
export * from './jsonl/index.ts';
export { type OpenSourceOptions, openSource } from './open-source.ts';
export * from './parquet/index.ts';
