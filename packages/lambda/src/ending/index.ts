export { claimResults } from './claim-results.ts';
export { answerTasks, endFile, giveUp } from './end-file.ts';
export { reasonOfError } from './reason.ts';
export { resultsBucket, resultsKey, summaryKey } from './results-place.ts';
