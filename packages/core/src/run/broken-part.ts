import type { PartBody, PartFacts } from '../job/index.ts';
import { OF_ACCESS, OF_THE_MOMENT } from './denied-jobs.ts';

/** Said, beside what is of the moment or of access, of what a record has nothing to do with. */
const OF_NO_RECORD = /try again|bucket/i;

/**
 * True for a collected part whose job failed before it processed a record, maybe because of one of them: nothing of it came back,
 * none was counted, and what the job said is of no other cause. A job that expired or was stopped says nothing of its records.
 */
export function isBroken({ records, jobStatus, jobMessage = '', jobCounts, collected }: PartBody): boolean {
  if (records === 0 || jobStatus !== 'Failed' || collected?.missing !== records) return false;
  if ((jobCounts?.processed ?? 0) > 0) return false;
  return ![OF_THE_MOMENT, OF_ACCESS, OF_NO_RECORD].some((said) => said.test(jobMessage));
}

/** True where the job of a part failed before processing, and had one record alone: that is what breaks it. */
export function isBrokenAlone(part: PartBody): boolean {
  return part.records === 1 && isBroken(part);
}

/** Attempts that the records of a part had used up before it. */
export function usedBefore({ used, attempt }: PartFacts): number {
  return used ?? attempt - 1;
}
