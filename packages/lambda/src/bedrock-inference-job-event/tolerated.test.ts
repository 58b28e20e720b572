import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Account, endOf, startAccount } from '../testing/account.ts';

describe('a batch that tolerates failures', () => {
  let account: Account;
  beforeEach(async () => {
    account = await startAccount();
  });
  afterEach(() => account.close());

  const start = (index: number, more: object = {}) =>
    account.start({ token: `token-${index}-x`, index, manifestCount: 3, toleratedFailure: 1, ...more });
  const failures = () => [...account.dynamo.items.values()].flatMap((item) => item['failures']?.SS ?? []);

  it('goes on with as many failed jobs as it tolerates, told as outputs, and fails with one more', async () => {
    await account.bedrock.admin('PUT', 'faults', { jobFail: { 'test-job0*': 1, 'test-job2*': 1 }, jobFailMessage: 'no luck' });
    const [first, second, third] = [await start(0), await start(1), await start(2)];
    await account.advance(30);
    await account.event(endOf(account, first.jobName));
    await account.event(endOf(account, second.jobName));
    await account.event(endOf(account, third.jobName));
    expect(account.output('token-0-x')).toMatchObject({ status: 'Failed', error: 'Failed', cause: 'no luck', keys: [] });
    expect(account.output('token-1-x')).toMatchObject({ status: 'Completed' });
    expect(account.task('token-2-x')).toEqual({ kind: 'failed', error: 'Failed', cause: 'no luck' });
  });

  it('counts a job once, however often its end is told', async () => {
    await account.bedrock.admin('PUT', 'faults', { jobFail: 1 });
    const { jobName } = await start(0);
    await account.advance(30);
    account.stepFunctions.faults.push('AccessDeniedException');
    await expect(account.event(endOf(account, jobName))).rejects.toThrow();
    await account.event(endOf(account, jobName));
    expect(account.output('token-0-x')).toMatchObject({ status: 'Failed' });
    expect(failures()).toEqual(['0']);
  });

  it('takes a failure back when the job is tried again', async () => {
    await account.bedrock.admin('PUT', 'faults', { jobFail: 1 });
    const { jobName } = await start(0);
    await account.advance(30);
    await account.event(endOf(account, jobName));
    expect(failures()).toEqual(['0']);
    await account.bedrock.admin('PUT', 'faults', { jobFail: 0 });
    const again = await start(0);
    expect([again.attempt, failures()]).toEqual([2, []]);
    await account.advance(30);
    await account.event(endOf(account, again.jobName));
    expect(account.output('token-0-x')).toMatchObject({ status: 'Completed' });
  });

  it('goes on without a job that found no room in the quota for ten hours, and waits until then', async () => {
    await account.bedrock.admin('PUT', 'faults', { foreignJobs: 100 });
    const taskEntered = new Date(account.ports.now()).toISOString();
    await account.advance(9 * 60);
    await expect(start(0, { taskEntered })).rejects.toMatchObject({ name: 'ServiceQuotaExceededException' });
    await account.advance(2 * 60);
    await expect(start(1, { taskEntered, toleratedFailure: 0 })).rejects.toMatchObject({ name: 'ServiceQuotaExceededException' });
    const { jobArn } = await start(0, { taskEntered });
    expect(jobArn).toBeUndefined();
    await account.sweep();
    expect(account.output('token-0-x')).toMatchObject({ status: 'Failed', error: 'ServiceQuotaExceededException' });
    expect(failures()).toEqual(['0']);
  });

  it('is told by the sweep of what was refused before there was a job', async () => {
    const refused = await start(0, { manifestKey: 'dt=2026-11-21/a.jsonl' });
    expect(refused.jobArn).toBeUndefined();
    await start(1, { modelId: 'amazon.not-a-model-v1:0' });
    await account.sweep();
    const tasks = [account.task('token-0-x'), account.task('token-1-x')];
    const told = tasks.map((task) => (task?.kind === 'succeeded' ? (JSON.parse(task.output) as { error: string }).error : task));
    expect(told).toContainEqual(expect.objectContaining({ kind: 'failed' }));
    expect(told.some((error) => error === 'InvalidManifestKey' || error === 'ValidationException')).toBe(true);
    expect([...account.dynamo.items.values()].filter((item) => item['open'] !== undefined)).toEqual([]);
  });
});
