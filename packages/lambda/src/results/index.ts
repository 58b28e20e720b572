export { checkClaim, claimFolder } from './claim.ts';
export { pointerKey, resultsKey } from './names.ts';
export { pointerText, type ResultCounts, type ResultsPointer, type ResultsStatus } from './pointer.ts';
