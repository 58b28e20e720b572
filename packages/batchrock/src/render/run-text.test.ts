import { describe, expect, test } from 'vitest';
import { RUNNING } from '../../test/run-status.ts';
import type { RunStatus } from '../sdk/run-status.ts';
import { renderList } from './list-text.ts';
import { renderStatus } from './run-text.ts';

/** A run of 1,000 rows whose jobs have answered all of them, and of which none is collected. */
const ANSWERED: RunStatus = {
  ...RUNNING,
  rows: 1000,
  succeeded: 0,
  failed: 0,
  rejected: 0,
  pending: 1000,
  processing: { succeeded: 990, failed: 10 },
  jobs: { running: 0, slots: 20, waiting: 0, done: 2, total: 2 },
};

describe('the list of runs', () => {
  test('names dataset, model and place below each run where they do not fit beside it', () => {
    const run = { ...RUNNING, run: 'r-wf5pha8i21', modelId: 'anthropic.claude-3-haiku-20240307-v1:0', state: 'ended' } as const;
    const runs = [run, { ...run, source: 'x'.repeat(100) }];
    const narrow = renderList(runs, 80);
    expect(narrow).toHaveLength(5);
    expect(narrow[0]).not.toMatch(/WHERE|MODEL|DATASET/);
    expect(narrow[1]).toMatch(/^r-wf5pha8i21 +ended +100 % /);
    expect(narrow[2]).toBe('  reviews.csv · anthropic.claude-3-haiku-20240307-v1:0 · us-east-1');
    expect(narrow[4]).toBe(`  ${'x'.repeat(77)}…`);
    const wide = renderList([run], 200);
    expect(wide).toHaveLength(2);
    expect(wide[1]).toMatch(/us-east-1 {2}anthropic\.claude-3-haiku-20240307-v1:0 {2}reviews\.csv$/);
  });
});

describe('the line of tokens', () => {
  test('says the word once', () => {
    expect(renderStatus({ ...RUNNING, tokens: { input: 5700, output: 2800 } }).find((line) => line.startsWith('tokens'))).toMatch(
      /^tokens {4}5\.7 k in, 2\.8 k out; /,
    );
  });
});

describe('the line of the ceiling', () => {
  test('says what all of the run is expected to cost, while that may change', () => {
    expect(renderStatus(RUNNING)).toContain('ceiling   $80.00; all rows are expected to cost $67.00');
    expect(renderStatus({ ...RUNNING, state: 'ended' })).toContain('ceiling   $80.00');
    const unknown = { ...RUNNING, cost: { ...RUNNING.cost, ceilingUsd: undefined } };
    expect(renderStatus(unknown).filter((line) => line.startsWith('ceiling'))).toEqual([]);
  });
});

describe('the line of jobs', () => {
  test.each([
    [3, 20, 'jobs      3 of 20 slots, 3 queued, 37 of 60 done'],
    [20, 20, 'jobs      20 of 20 slots, 3 queued, 37 of 60 done'],
    [6, 2, 'jobs      6 running in 2 slots (none is sent before 5 of them have ended), 3 queued, 37 of 60 done'],
    [2, 1, 'jobs      2 running in 1 slot (none is sent before 2 of them have ended), 3 queued, 37 of 60 done'],
  ])('says of %d jobs in %d slots when the next one can be sent', (running, slots, line) => {
    expect(renderStatus({ ...RUNNING, jobs: { ...RUNNING.jobs, running, slots } })).toContain(line);
  });

  test('says how many slots the jobs of others have', () => {
    const jobs = { ...RUNNING.jobs, running: 12, slots: 20, others: 8 };
    expect(renderStatus({ ...RUNNING, jobs })).toContain('jobs      12 of 20 slots, 8 taken by others, 3 queued, 37 of 60 done');
  });
});

describe('a run that is paused', () => {
  test('says so while it is on its way', () => {
    expect(renderList([{ ...RUNNING, paused: true }], 200)[1]).toMatch(/ paused /);
    expect(renderList([{ ...RUNNING, paused: true, state: 'stopping' }], 200)[1]).toMatch(/ stopping /);
  });
});

describe('the share that is done', () => {
  test('is that of the counts beside it: answers that are not collected are told apart', () => {
    const lines = renderStatus(ANSWERED);
    expect(lines).toContain('progress  0 % · 1,000 rows: 0 succeeded, 0 failed, 0 rejected, 1,000 pending');
    expect(lines).toContain('          1,000 of the pending are answered, 10 of them failed, and not collected yet');
    expect(renderList([ANSWERED], 200)[1]).toMatch(/running +0 % +1,000 +0 +0 /);
  });

  test('of a run that has not ended is never 100 %', () => {
    const collected = { ...ANSWERED, succeeded: 1000, pending: 0, processing: { succeeded: 0, failed: 0 } };
    expect(renderStatus(collected)).toContain('progress  99 % · 1,000 rows: 1,000 succeeded, 0 failed, 0 rejected');
    expect(renderStatus({ ...collected, state: 'ended', attended: undefined })).toContain(
      'progress  100 % · 1,000 rows: 1,000 succeeded, 0 failed, 0 rejected',
    );
  });
});
