export {
  pointerKey,
  pointerText,
  type ResultCounts,
  type ResultsPointer,
  type ResultsStatus,
  resultsKey,
} from 'batchrock/orchestrator';
export { checkClaim, claimFolder } from './claim.ts';
