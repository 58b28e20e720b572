export * from './csv/index.ts';
export { type DatasetFormat, type DatasetShape, datasetShape, type OpenDatasetOptions, openDataset } from './dataset-format.ts';
export * from './jsonl/index.ts';
