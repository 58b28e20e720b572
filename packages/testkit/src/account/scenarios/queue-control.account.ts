import { afterEach, expect, test } from 'vitest';
import { records, useFileQueue } from './file-queue.ts';

// One slot, so that what comes first shows.
const queue = useFileQueue({ maxSubmittedAndInProgressJobs: 1, maxRecordsPerJob: 100 });

const OPEN = ['Submitted', 'Validating', 'Scheduled', 'InProgress', 'Stopping'];
const openJobs = async () => (await queue.account.bedrock.jobs()).filter(({ status }) => OPEN.includes(status));
const advance = (minutes: number) => queue.account.clock.advance(minutes * 60_000);

afterEach(async () => {
  queue.account.bus.faults.clear();
  await queue.account.bedrock.clearFaults();
});

test('1, 4 and 10: one slot is never two, whatever its job is called, it is filled as it frees, and by priority', async () => {
  await queue.put('to-process/first.jsonl', records(100, 'First'));
  await queue.until('first.jsonl', 'InProgress', 2);
  await queue.put('to-process/low.jsonl', records(100, 'Low'), { 'batchrock-priority': 'low' });
  await queue.put('to-process/normal.jsonl', records(100, 'Normal'));
  await queue.put('to-process/high.jsonl', records(100, 'High'), { 'batchrock-priority': 'high' });
  const everCompleted = async () => (await queue.file('low.jsonl'))?.status === 'Completed';
  await queue.passUntil(async () => {
    expect((await openJobs()).length).toBeLessThanOrEqual(1);
    return everCompleted();
  });
  const jobs = await Promise.all(['first', 'high', 'normal', 'low'].map((name) => queue.jobsOf(`${name}.jsonl`)));
  expect(jobs.map(({ length }) => length)).toEqual([1, 1, 1, 1]);
  const [first, high, normal, low] = jobs.flat();
  for (const [before, after] of [
    [first, high],
    [high, normal],
    [normal, low],
  ] as const) {
    const gap = (after?.submittedAt ?? 0) - (before?.endedAt ?? 0);
    expect(gap).toBeGreaterThanOrEqual(0);
    // the original looked every fifteen minutes
    expect(gap).toBeLessThan(60_000);
  }
});

test('a paused file sends nothing new, a resumed one goes on, and no answer is lost', async () => {
  await queue.put('to-process/paused.jsonl', records(300, 'Paused'));
  await queue.until('paused.jsonl', 'InProgress', 5);
  expect(await queue.change({ do: 'pause', file: 'to-process/paused.jsonl' })).toMatchObject({ status: 'Paused' });
  await queue.passUntil(async () => (await openJobs()).length === 0);
  await advance(15);
  expect(await queue.jobsOf('paused.jsonl')).toMatchObject([{ status: 'Completed' }]);
  expect(await queue.change({ do: 'resume', file: 'to-process/paused.jsonl' })).toMatchObject({ status: 'InProgress' });
  expect((await queue.until('paused.jsonl', 'Completed')).counts).toMatchObject({ rows: 300, succeeded: 300 });
  expect(await queue.jobsOf('paused.jsonl')).toHaveLength(3);
});

test('a cancelled file has its job stopped and keeps what was answered; resume goes on with it', async () => {
  await queue.put('to-process/cancelled.jsonl', records(200, 'Cancelled'));
  await queue.passUntil(async () => (await queue.jobsOf('cancelled.jsonl')).length === 2, 240);
  const { file } = await queue.change({ do: 'cancel', file: 'to-process/cancelled.jsonl' });
  const cancelled = await queue.until('cancelled.jsonl', 'Cancelled', 60);
  expect(cancelled).toMatchObject({ file, reason: { code: 'Cancelled' }, counts: { rows: 200, succeeded: 100 } });
  expect((await queue.jobsOf('cancelled.jsonl')).map(({ status }) => status).sort()).toEqual(['Completed', 'Stopped']);
  await queue.change({ do: 'resume', file });
  expect((await queue.until('cancelled.jsonl', 'Completed')).counts).toMatchObject({ rows: 200, succeeded: 200 });
});

test('a file whose every record fails, however often it is sent, is Failed with its results, and retry sends them again', async () => {
  await queue.account.bedrock.setFaults({ recordFail: 1, recordCodes: [503] });
  await queue.put('to-process/retried.jsonl', records(100, 'Retried'));
  const failed = await queue.until('retried.jsonl', 'Failed');
  expect(failed).toMatchObject({ attempt: 3, counts: { rows: 100, succeeded: 0, failed: 100 } });
  expect((await queue.results('processed/retried/')).filter(({ error }) => error !== undefined)).toHaveLength(100);
  await queue.account.bedrock.clearFaults();
  await queue.change({ do: 'retry', file: failed.file });
  expect((await queue.until('retried.jsonl', 'Completed')).counts).toMatchObject({ succeeded: 100, failed: 0 });
  expect((await queue.results('processed/retried/')).filter(({ error }) => error !== undefined)).toEqual([]);
});

test('what does not go with the status of a file, and a file that is not there, is refused by a code', async () => {
  await expect(queue.change({ do: 'pause', file: 'to-process/retried.jsonl' })).rejects.toMatchObject({ name: 'BR-E0207' });
  await expect(queue.change({ do: 'cancel', file: 'to-process/none.jsonl' })).rejects.toMatchObject({ name: 'BR-E0201' });
  await expect(queue.change({ do: 'stop', file: 'x' })).rejects.toMatchObject({ name: 'BR-E0112' });
});

test('a file all of whose events of jobs are lost is brought to its end by the sweep', async () => {
  queue.account.bus.faults.drop(Number.POSITIVE_INFINITY, { source: ['aws.bedrock'] });
  await queue.put('to-process/lost.jsonl', records(200, 'Lost'));
  expect((await queue.until('lost.jsonl', 'Completed', 240)).counts).toMatchObject({ rows: 200, succeeded: 200 });
  expect(await queue.jobsOf('lost.jsonl')).toHaveLength(2);
});

test('a file of which nobody is told is found by the sweep, and taken', async () => {
  queue.account.bus.faults.drop(1, { source: ['aws.s3'] });
  await queue.put('to-process/untold.jsonl', records(120, 'Untold'));
  await queue.account.clock.idle();
  expect(await queue.file('untold.jsonl')).toBeUndefined();
  expect((await queue.until('untold.jsonl', 'Completed', 240)).counts).toMatchObject({ rows: 120, succeeded: 120 });
  expect(await queue.jobsOf('untold.jsonl')).toHaveLength(1);
});
