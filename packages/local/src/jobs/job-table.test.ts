import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Job } from './job.ts';
import { openJobTable } from './job-table.ts';

const dirs: string[] = [];
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true });
});
const folder = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'jobs-'));
  dirs.push(dir);
  return dir;
};
const job = (jobId: string, submittedAt: number, change: Partial<Job> = {}): Job =>
  ({
    jobId,
    jobName: `n-${jobId}`,
    clientRequestToken: `t-${jobId}`,
    submittedAt,
    status: 'Submitted',
    baseModelId: 'm',
    region: 'us-east-1',
    ...change,
  }) as Job;

test('jobs are found by id, name and token again after the table is opened anew, in order', () => {
  const dir = folder();
  const table = openJobTable(dir);
  table.add(job('b', 2));
  table.add(job('a', 1));
  table.add(job('c', 3, { jobName: 'n-a' }));
  table.update('b', { status: 'Completed' });
  const again = openJobTable(dir);
  expect(Array.from(again.all(), ({ jobId }) => jobId)).toEqual(['a', 'b', 'c']);
  expect(again.get('b')?.status).toBe('Completed');
  expect(again.withToken('t-c', 'us-east-1')?.jobId).toBe('c');
  expect(again.named('n-a').map(({ jobId }) => jobId)).toEqual(['a', 'c']);
  expect(again.openJobs('m', 'us-east-1')).toBe(2);
  expect(again.openJobs('m', 'us-west-2')).toBe(0);
  expect(again.withToken('t-c', 'us-west-2')).toBeUndefined();
});

test('a file that a crash left half written is ignored', () => {
  const dir = folder();
  openJobTable(dir).add(job('a', 1));
  writeFileSync(join(dir, 'b.json.tmp'), '{"jobId":');
  expect(Array.from(openJobTable(dir).all())).toHaveLength(1);
});
