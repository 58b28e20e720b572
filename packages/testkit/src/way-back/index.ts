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
