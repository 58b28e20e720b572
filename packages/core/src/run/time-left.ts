import type { PartBody } from '../job/index.ts';
import {
  type Chance,
  type DurationRange,
  forecast,
  type JobTimes,
  jobTimes,
  OUR_WATCH,
  observedTimes,
  SERVICE_MODEL,
} from '../schedule/index.ts';
import { usedBefore } from './broken-part.ts';
import type { RunBody } from './document.ts';
import { searchedOf, searchTime } from './search-time.ts';

/** What the time left is told from, beside the run. */
export interface TimeLeftInput {
  readonly run: RunBody;
  /** Of every generation. */
  readonly parts: readonly PartBody[];
  /** Slots that the run may have. */
  readonly slots: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The service is the one that the model assumes. Elsewhere nothing is told until jobs have shown how long they take. */
  readonly isAssumed: boolean;
  /** Of less than so many records no job is made: they go on demand, at once. Default: of none. */
  readonly fewest?: number | undefined;
}

/** From so many jobs that have ended on, they tell how long jobs take, and no longer the model. */
const ENOUGH_ENDED = 5;
/** Jobs that tell how long jobs take: the newest, since a service changes, and a look must be quick. */
const MOST_SEEN = 500;
/** Parts that are played through; of more, each stands for several. */
const MOST_PLAYED = 1_000;
const JOB_BUDGET = 3_000;
/** Draws for a job that has lasted longer than jobs do, before it is said to end soon. */
const DRAWS = 30;
const MINUTE_MS = 60_000;

/**
 * The time that a run has left, in milliseconds, played through from where it stands: jobs under way end some time after now,
 * parts without a job wait for slots, and what fails goes out again. Undefined where it cannot be told.
 */
export function timeLeft(input: TimeLeftInput): DurationRange | undefined {
  const { run, now } = input;
  // what goes on demand is answered while others wait for jobs
  const parts = input.parts.filter((part) => part.onDemand !== true);
  if (run.state !== 'running' || run.blocked !== undefined || run.retrySelection !== undefined) return undefined;
  const times = timesOf({ ...input, parts });
  if (times === undefined) return undefined;
  const latest = parts.filter((part) => part.attempt === run.attempt && part.records > 0);
  const live = latest.filter((part) => part.state === 'submitting' || part.state === 'submitted');
  const waiting = latest.filter((part) => part.state === 'ready').map(size);
  const searched = new Set(searchedOf(latest, run.maxAttempts));
  const search = searchTime(latest, times, { maxAttempts: run.maxAttempts, fewest: input.fewest });
  const { failed, share } = failuresOf(latest.filter((part) => !searched.has(part)));
  const played = everyNth(waiting, Math.ceil(waiting.length / MOST_PLAYED));
  const scale = waiting.length / Math.max(1, played.length);
  const { minutes } = forecast(
    {
      lanes: [{ slots: Math.max(1, input.slots), times }],
      runs: [
        {
          parts: played,
          running: (chance, each) => live.map((part) => ({ records: size(part), minutes: minutesLeft(part, now, each, chance) })),
          retryShare: share,
          failed: failed / Math.max(1, scale),
          // what else goes out again is in the generations of the search
          attempts: search === undefined ? attemptsLeft(latest, run) : 1,
          partRecords: Math.max(1, ...latest.map(size)),
        },
      ],
      watch: input.isAssumed ? OUR_WATCH : { ...OUR_WATCH, delayMinutes: 0, lostShare: 0 },
    },
    { jobBudget: JOB_BUDGET },
  );
  const toMs = (value: number, more = 0): number => Math.round((value * Math.max(1, scale) + more) * MINUTE_MS);
  return { p10: toMs(minutes.p10, search?.least), p50: toMs(minutes.p50, search?.most), p90: toMs(minutes.p90, search?.most) };
}

/** Generations of a record that fails in each, the one in hand included; those of a search count as none. */
function attemptsLeft(latest: readonly PartBody[], { maxAttempts }: RunBody): number {
  return latest.reduce((most, part) => Math.max(most, maxAttempts - usedBefore(part)), 1);
}

function timesOf({ parts, now, isAssumed }: TimeLeftInput): JobTimes | undefined {
  const seen = parts
    .filter((part) => part.since !== undefined && part.jobArn !== undefined)
    .slice(-MOST_SEEN)
    .map((part) => ({
      records: size(part),
      minutes: ((part.endedAt ?? now) - part.since!) / MINUTE_MS,
      hasEnded: part.endedAt !== undefined,
    }));
  const isEnough = seen.filter((job) => job.hasEnded).length >= ENOUGH_ENDED;
  if (isEnough) return observedTimes(SERVICE_MODEL, seen);
  return isAssumed ? jobTimes(SERVICE_MODEL) : undefined;
}

/** Padding takes its time too. */
function size({ records, sentinels }: PartBody): number {
  return records + sentinels;
}

/** How long a job goes on that has lasted for a while: a time that may happen, given that it is not over yet. */
function minutesLeft(part: PartBody, now: number, times: JobTimes, chance: Chance): number {
  const age = Math.max(0, now - (part.since ?? now)) / MINUTE_MS;
  let left = times.expect(size(part)) / 10;
  for (let draw = 0; draw < DRAWS; draw++) {
    const drawn = times.draw(size(part), chance);
    if (drawn <= age) continue;
    left = drawn - age;
    break;
  }
  const share = part.jobCounts === undefined ? 0 : part.jobCounts.processed / Math.max(1, part.jobCounts.total);
  // what is answered took no longer than the job has lasted, and the rest goes no slower
  return share > 0 ? Math.min(left, (age * (1 - share)) / share) : left;
}

/** Records of collected jobs that are to be sent again, and their share. */
function failuresOf(parts: readonly PartBody[]): { failed: number; share: number } {
  let failed = 0;
  let records = 0;
  for (const part of parts) {
    if (part.collected === undefined) continue;
    failed += part.collected.retryable + part.collected.missing;
    records += part.records;
  }
  return { failed, share: records === 0 ? 0 : failed / records };
}

function everyNth(values: readonly number[], n: number): readonly number[] {
  return n <= 1 ? values : values.filter((_, i) => i % n === 0);
}
