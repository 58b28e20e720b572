export {
  pointerKey,
  pointerText,
  type ResultCounts,
  type ResultsPointer,
  type ResultsStatus,
  resultsFolder,
  resultsKey,
} from 'batchrock/orchestrator';
export { checkClaim, claimFolder } from './claim.ts';
