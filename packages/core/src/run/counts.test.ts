import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PartBody, PartState } from '../job/index.ts';
import { runCounts } from './counts.ts';
import type { RunBody } from './document.ts';
import { tokenCost } from './summary.ts';

const run: RunBody = {
  run: 'r-1',
  identity: '',
  state: 'running',
  lane: 'lane',
  source: 'rows.csv',
  modelId: 'm',
  createdAt: 0,
  attempt: 1,
  maxAttempts: 3,
  parts: [1],
  rows: 12,
  rejected: 2,
  synthetic: false,
  seq: 0,
};

function part(attempt: number, records: number, state: PartState, more: Partial<PartBody> = {}): PartBody {
  const fixed = { run: 'r-1', lane: 'lane', sentinels: 0, bytes: 1, files: 1, xxh128: '', firstOrdinal: 0, lastOrdinal: 0 };
  return { ...fixed, part: 0, attempt, records, state, jobName: 'j', clientRequestToken: 't', ...more };
}

const collected = (succeeded: number, failed: number, retryable: number, missing: number, tokens = {}) => ({
  collected: { succeeded, failed, retryable, missing, truncated: 0, ...tokens },
});

describe('the counts of a run', () => {
  it('show everything as pending until something is collected', () => {
    const counts = runCounts(run, [
      part(1, 10, 'submitted', { sentinels: 90, jobCounts: { total: 100, processed: 60, succeeded: 50, failed: 10 } }),
    ]);
    expect(counts).toMatchObject({ rows: 12, succeeded: 0, failed: 0, rejected: 2, pending: 10, jobs: { submitted: 1 } });
    // 90 of the 100 are padding, and nobody knows which of them were processed
    expect(counts.live).toEqual({ processed: 6, succeeded: 5, failed: 1 });
    expect(counts).not.toHaveProperty('inputTokens');
  });

  it('keep what is worth another attempt pending, and call it failed when the run has ended', () => {
    const parts = [part(1, 10, 'collected', collected(5, 2, 2, 1))];
    expect(runCounts(run, parts)).toMatchObject({ succeeded: 5, failed: 2, pending: 3 });
    expect(runCounts({ ...run, state: 'stopped' }, parts)).toMatchObject({ succeeded: 5, failed: 2, pending: 3 });
    expect(runCounts({ ...run, state: 'ended' }, parts)).toMatchObject({ succeeded: 5, failed: 5, pending: 0 });
  });

  it('count a record that is sent again where it is now, also one that had failed for good', () => {
    const first = part(1, 10, 'collected', collected(5, 2, 2, 1, { inputTokens: 7 }));
    const again = { ...run, attempt: 2, parts: [1, 1] };
    expect(runCounts(again, [first, part(2, 3, 'ready')])).toMatchObject({ succeeded: 5, failed: 2, pending: 3 });
    expect(runCounts(again, [first, part(2, 5, 'ready')])).toMatchObject({ succeeded: 5, failed: 0, pending: 5 });
    const done = [first, part(2, 3, 'collected', collected(2, 0, 1, 0, { inputTokens: 3, outputTokens: 1 }))];
    expect(runCounts({ ...again, state: 'ended' }, done)).toMatchObject({
      succeeded: 7,
      failed: 3,
      pending: 0,
      inputTokens: 10,
      outputTokens: 1,
    });
  });

  it('take the rows seen so far while the run is being prepared', () => {
    const { rows: _, rejected: __, ...unknown } = run;
    const parts = [part(1, 10, 'ready', { rejected: 1 }), part(1, 0, 'collected', { part: 1, rejected: 4 })];
    expect(runCounts({ ...unknown, state: 'preparing', parts: [] }, parts)).toMatchObject({ rows: 15, rejected: 5, pending: 10 });
  });

  it('never show more answers of live jobs than records of them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(99), fc.nat(399), fc.nat(399), (records, sentinels, ok, bad) => {
        const succeeded = Math.min(ok, records + sentinels);
        const failed = Math.min(bad, records + sentinels - succeeded);
        const jobCounts = { total: records + sentinels, processed: succeeded + failed, succeeded, failed };
        const { live } = runCounts(run, [part(1, records, 'submitted', { sentinels, jobCounts })]);
        expect(live.succeeded + live.failed).toBeLessThanOrEqual(live.processed);
        expect(live.processed).toBeLessThanOrEqual(records);
        if (sentinels === 0) expect(live).toEqual({ processed: succeeded + failed, succeeded, failed });
      }),
    );
  });

  it('always add up to the rows', () => {
    const outcome = fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9), fc.nat(9));
    const state = fc.constantFrom<RunBody['state']>('running', 'stopping', 'stopped', 'ended');
    fc.assert(
      fc.property(fc.array(fc.oneof(outcome, fc.nat(20)), { maxLength: 6 }), state, fc.nat(5), (drafts, runState, rejected) => {
        const parts = drafts.map((draft, i) =>
          typeof draft === 'number'
            ? part(1, draft, 'ended', { part: i })
            : part(
                1,
                draft.reduce((a, b) => a + b),
                'collected',
                { part: i, ...collected(...draft) },
              ),
        );
        const rows = rejected + parts.reduce((sum, each) => sum + each.records, 0);
        const counts = runCounts({ ...run, state: runState, rows, rejected }, parts);
        expect(counts.succeeded + counts.failed + counts.rejected + counts.pending).toBe(rows);
        for (const number of [counts.succeeded, counts.failed, counts.pending]) expect(number).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('what tokens cost', () => {
  const price = { input: 0.25, output: 1.25, source: 'price list', date: '2026-11-01' };

  it('is half of on demand in a batch, unless the price says otherwise', () => {
    expect(tokenCost(price, 2_000_000, 1_000_000)).toMatchObject({ batchUsd: 0.875, onDemandUsd: 1.75, priceDate: '2026-11-01' });
    const other = { ...price, batch: { input: 0.1, output: 1 } };
    expect(tokenCost(other, 2_000_000, 1_000_000)?.batchUsd).toBeCloseTo(1.2);
  });

  it('is unknown, not nothing, where the price or the tokens are', () => {
    expect(tokenCost(undefined, 1, 1)).toBeUndefined();
    expect(tokenCost(price)).toBeUndefined();
  });
});
