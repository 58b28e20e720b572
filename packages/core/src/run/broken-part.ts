import type { PartBody, PartFacts } from '../job/index.ts';

/** Said of what a record has nothing to do with, and what may be gone at the next try. */
const OF_NO_RECORD =
  /internal (server )?error|throttl|too many requests|capacity|unavailable|try again|timed? ?out|access|denied|not authorized|permission|assume|kms|bucket/i;

/**
 * True for a collected part whose job failed before it processed a record, maybe because of one of them: nothing of it came back,
 * none was counted, and what the job said is of no other cause. A job that expired or was stopped says nothing of its records.
 */
export function isBroken({ records, jobStatus, jobMessage = '', jobCounts, collected }: PartBody): boolean {
  if (records === 0 || jobStatus !== 'Failed' || collected?.missing !== records) return false;
  return (jobCounts?.processed ?? 0) === 0 && !OF_NO_RECORD.test(jobMessage);
}

/** True where the job of a part failed before processing, and had one record alone: that is what breaks it. */
export function isBrokenAlone(part: PartBody): boolean {
  return part.records === 1 && isBroken(part);
}

/** Attempts that the records of a part had used up before it. */
export function usedBefore({ used, attempt }: PartFacts): number {
  return used ?? attempt - 1;
}
