import { describe, expect, it } from 'vitest';
import type { PartBody } from '../job/index.ts';
import {
  deniedEverywhere,
  isDenied,
  isDeniedFirst,
  isRefuted,
  isShut,
  JOBS_DENIED,
  leavesNothing,
  leftByEnd,
} from './denied-jobs.ts';
import type { RunBody } from './document.ts';
import { lotsOf } from './lots.ts';

const SAID = 'The input could not be read: role/jobs is not authorized to perform s3:GetObject';
const MISSING = { succeeded: 0, failed: 0, retryable: 0, missing: 10, truncated: 0 };
const WEST = { region: 'us-west-2', lane: 'west' };

function part(number: number, more: Partial<PartBody> = {}): PartBody {
  return {
    run: 'r-1',
    attempt: 1,
    part: number,
    lane: 'lane',
    records: 10,
    sentinels: 0,
    bytes: 100,
    files: 1,
    xxh128: 'aa',
    firstOrdinal: 10 * number,
    lastOrdinal: 10 * number + 9,
    jobName: `job-${number}`,
    clientRequestToken: `${number}`,
    state: 'ended',
    since: 1000 + number,
    jobArn: `arn:${number}`,
    ...more,
  };
}

const denied = (number: number, more: Partial<PartBody> = {}) => part(number, { jobStatus: 'Failed', jobMessage: SAID, ...more });
const running = (number: number, processed: number, more: Partial<PartBody> = {}) =>
  part(number, {
    state: 'submitted',
    jobStatus: 'InProgress',
    jobCounts: { total: 10, processed, succeeded: processed, failed: 0 },
    ...more,
  });
const done = (number: number, more: Partial<PartBody> = {}) => part(number, { jobStatus: 'Completed', ...more });
const run = (more: Partial<RunBody> = {}): RunBody => ({
  run: 'r-1',
  identity: 'aa',
  state: 'running',
  lane: 'lane',
  source: 'in.csv',
  modelId: 'm',
  createdAt: 0,
  attempt: 1,
  maxAttempts: 3,
  parts: [9],
  synthetic: false,
  seq: 1,
  ...more,
});
const blocked = { code: JOBS_DENIED, message: 'no', at: 2000 };

describe('a job that is denied access', () => {
  it.each([
    SAID,
    'Access Denied',
    "You don't have access to the model with the specified model ID.",
    'The ciphertext refers to a KMS key that is disabled',
    'Bedrock could not assume the role; check its trust policy and try again',
  ])('is known by what it says: %s', (jobMessage) => expect(isDenied(denied(0, { jobMessage }))).toBe(true));

  it.each(['Internal error while accessing S3', 'Throttled by KMS', 'KMS is unavailable', 'Malformed input request'])(
    'is none for what may pass, or is of a record: %s',
    (jobMessage) => expect(isDenied(denied(0, { jobMessage }))).toBe(false),
  );

  it('leaves nothing where it says so', () => {
    const counts = (processed: number) => ({ total: 10, processed, succeeded: processed, failed: 0 });
    const atEnd = (before: number | undefined, said: number | undefined) => {
      const part = denied(0, { jobCounts: before === undefined ? undefined : counts(before) });
      return leavesNothing({ ...part, ...leftByEnd(part, said === undefined ? undefined : counts(said)) });
    };
    expect(atEnd(0, 0)).toBe(true);
    expect(atEnd(1, 1)).toBe(false);
    expect(atEnd(undefined, undefined)).toBe(false);
    // counters of a job that lived, and of one that counts backwards
    expect(atEnd(0, undefined)).toBe(false);
    expect(atEnd(1, 0)).toBe(false);
    expect(leftByEnd(part(0, { jobStatus: 'Failed', jobMessage: 'Malformed', jobCounts: counts(0) }), counts(0))).toEqual({});
  });

  it('has failed, was a job, and left nothing', () => {
    expect(isDenied(denied(0, { jobStatus: 'Expired' }))).toBe(false);
    expect(isDenied(denied(0, { onDemand: true }))).toBe(false);
    expect(isDenied(denied(0, { state: 'collected', collected: MISSING }))).toBe(true);
    expect(isDenied(denied(0, { state: 'collected', collected: { ...MISSING, succeeded: 1, missing: 9 } }))).toBe(false);
  });
});

describe('a run whose jobs are denied access', () => {
  it('has nowhere to send a job once one was, and none has come through', () => {
    expect(deniedEverywhere(run(), [])).toBeUndefined();
    expect(deniedEverywhere(run(), [denied(0), running(1, 0), part(2, { state: 'ready', jobArn: undefined })])?.part).toBe(0);
    expect(deniedEverywhere(run(), [denied(0), part(1, { jobStatus: 'Stopped' }), denied(2)])?.part).toBe(2);
  });

  it.each([
    ['has ended', done(1)],
    ['has ended in part', done(1, { jobStatus: 'PartiallyCompleted' })],
    ['gets on', running(1, 3)],
    ['has failed with answers', denied(1, { state: 'collected', collected: { ...MISSING, succeeded: 1, missing: 9 } })],
  ])('goes on where another job %s', (_, other) => {
    expect(deniedEverywhere(run(), [denied(0), other, denied(2)])).toBeUndefined();
    expect(isDeniedFirst(denied(0), [other])).toBe(false);
  });

  it('is not told what it may do by answers on demand, nor what it may write by records that are read', () => {
    expect(deniedEverywhere(run(), [denied(0), done(1, { onDemand: true })])?.part).toBe(0);
    const read = denied(0, { jobCounts: { total: 10, processed: 10, succeeded: 10, failed: 0 } });
    expect(deniedEverywhere(run(), [read, running(1, 9)])?.part).toBe(0);
    expect(deniedEverywhere(run(), [read, done(1)])).toBeUndefined();
  });

  it('is let go on by whom it was said to: what was sent before says nothing any more', () => {
    expect(deniedEverywhere(run({ permits: 2 }), [denied(0), denied(1, { permit: 1 })])).toBeUndefined();
    expect(deniedEverywhere(run({ permits: 2 }), [denied(0), denied(2, { permit: 2 })])?.part).toBe(2);
  });

  it('is blocked no longer when a job in flight comes through, and for no other reason', () => {
    const parts = [denied(0), done(1)];
    expect(isRefuted(run({ blocked }), parts)).toBe(true);
    expect(isRefuted(run({ blocked }), [denied(0), running(1, 0)])).toBe(false);
    // a page that lacks what was denied
    expect(isRefuted(run({ blocked }), [running(1, 3)])).toBe(false);
    expect(isRefuted(run({ blocked }), [done(1)])).toBe(true);
    const answers = { ...MISSING, succeeded: 1, missing: 9 };
    expect(isRefuted(run({ blocked }), [denied(0, { state: 'collected', collected: answers })])).toBe(true);
    expect(isRefuted(run({ blocked }), [done(1, { onDemand: true })])).toBe(false);
    expect(isRefuted(run({ blocked: { ...blocked, code: 'BR-E0501' } }), parts)).toBe(false);
    expect(isRefuted(run({ blocked, state: 'stopping' }), parts)).toBe(false);
    expect(isRefuted(run(), parts)).toBe(false);
  });

  it('is blocked or let go on, and never both: what gets on refutes a job that read nothing, and not one that could not write', () => {
    const counts = (processed: number) => ({ jobCounts: { total: 10, processed, succeeded: processed, failed: 0 } });
    const parts = [denied(0, counts(0)), denied(1, counts(10)), running(2, 5)];
    expect(deniedEverywhere(run(), parts)?.part).toBe(1);
    expect(isRefuted(run({ blocked }), parts)).toBe(false);
    // it is named which stands, not which is newest
    expect(deniedEverywhere(run(), [denied(0, counts(10)), denied(1, counts(0)), running(2, 5)])?.part).toBe(0);
    expect(isRefuted(run({ blocked }), [...parts.slice(0, 2), done(2)])).toBe(true);
  });

  it('sends to the Regions that do not deny it, and has none when all do', () => {
    const both = run({ elsewhere: [WEST] });
    const west = denied(1, { elsewhere: WEST });
    expect([isShut(both, [west], 'us-west-2'), isShut(both, [west], undefined)]).toEqual([true, false]);
    expect(deniedEverywhere(both, [west])).toBeUndefined();
    expect(deniedEverywhere(both, [denied(0)])).toBeUndefined();
    expect(deniedEverywhere(both, [denied(0), west])?.part).toBe(1);
    // what comes through at home says nothing of the other one
    expect(deniedEverywhere(both, [done(2), denied(0), west])).toBeUndefined();
    expect(isShut(both, [done(2), denied(0), west], 'us-west-2')).toBe(true);
  });
});

describe('the attempts of records', () => {
  const collected = (number: number, more: Partial<PartBody>) =>
    denied(number, { state: 'collected', collected: MISSING, ...more });

  it('are not used by jobs that were denied first, and by others as ever', () => {
    const lots = lotsOf([collected(0, { denied: true }), collected(1, {})], 3);
    expect(lots.map(({ records, facts }) => ({ records, ...facts }))).toEqual([{ records: 10, used: 0 }, { records: 10 }]);
    expect(lotsOf([collected(0, { denied: true }), collected(1, {})], 1)).toHaveLength(1);
    const later = collected(0, { denied: true, attempt: 3, used: 1 });
    expect(lotsOf([later], 2).map(({ facts }) => facts)).toEqual([{ used: 1 }]);
  });
});
