import type { PartBody } from '../job/index.ts';
import type { JobTimes } from '../schedule/index.ts';
import { isBroken, usedBefore } from './broken-part.ts';
import { lotsOf } from './lots.ts';

/** What the search for a record that breaks its job adds behind a generation, in minutes. */
export interface SearchTime {
  /** Where the next halves come out well. */
  readonly least: number;
  /** Until the record stands alone, and has been sent as often as any. */
  readonly most: number;
}

/** How far a search goes. */
interface SearchLimits {
  readonly maxAttempts: number;
  /** Of less than so many records no job is made: they go on demand. Default: of none. */
  readonly fewest?: number | undefined;
}

/**
 * How long a search by halves goes on behind the generation in hand: a job for each generation still to come, one after the other,
 * each of half the records, as far as they are for jobs. Undefined where nothing is searched.
 */
export function searchTime(generation: readonly PartBody[], times: JobTimes, limits: SearchLimits): SearchTime | undefined {
  const { maxAttempts } = limits;
  const live = generation.filter(({ pieceOf, state }) => pieceOf !== undefined && state !== 'collected');
  const searched = [...searchedOf(generation, maxAttempts), ...live];
  if (searched.length === 0) return undefined;
  const each = searched.map((part) => jobsToCome(part, limits).map((records) => times.expect(records)));
  return {
    least: Math.max(...each.map(([next = 0], i) => (live.includes(searched[i]!) ? 0 : next))),
    most: Math.max(...each.map((minutes) => minutes.reduce((sum, one) => sum + one, 0))),
  };
}

/** The parts of a generation that have broken, and go out again by halves. */
export function searchedOf(generation: readonly PartBody[], maxAttempts: number): readonly PartBody[] {
  const collected = generation.filter(({ state }) => state === 'collected');
  if (!collected.some(isBroken)) return [];
  return lotsOf(collected, maxAttempts).flatMap(({ parts, pieces }) => (pieces === undefined ? [] : parts));
}

/** Records of the jobs that follow each other until the record that breaks a part has used its attempts. */
function jobsToCome(part: PartBody, { maxAttempts, fewest = 1 }: SearchLimits): readonly number[] {
  const jobs: number[] = [];
  let { records } = part;
  while (records > 1) {
    records = Math.ceil(records / 2);
    if (records < fewest) return jobs;
    jobs.push(records);
  }
  for (let used = usedBefore(part) + 1; used < maxAttempts; used++) jobs.push(1);
  return jobs;
}
