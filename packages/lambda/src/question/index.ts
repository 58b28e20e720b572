export { type Asked, parseInput } from './asked.ts';
export { datasetFinder, type FindDataset, type FoundDataset } from './find-dataset.ts';
export { datasetAddress, questionOf } from './question.ts';
