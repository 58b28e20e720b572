export { type DatasetOptions, type DatasetWorld, datasetWorld, exported, type OutcomeOf, openRows } from './dataset.ts';
export {
  type DocumentOptions,
  endedPart,
  jobId,
  OUTPUT_SETTLE_MS,
  wayBackDocument,
  wayBackPorts,
  wayBackRun,
} from './documents.ts';
export { answerLine, errorLine, inputLine, jobView, putJobInput, putJobOutput } from './output.ts';
