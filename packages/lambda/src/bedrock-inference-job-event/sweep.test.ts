import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseCreateRequest, submit } from '../create-model-invocation-job/index.ts';
import { type Account, payloadOf, startAccount } from '../testing/account.ts';

describe('the sweep', () => {
  let account: Account;
  beforeEach(async () => {
    account = await startAccount();
    // jobs run for a day unless a test says otherwise
    await account.bedrock.admin('PUT', 'faults', { jobRunMs: 24 * 3_600_000 });
  });
  afterEach(() => account.close());

  const statusOf = async (jobArn = '') => (await account.bedrock.job(jobArn)).status;
  const stops = () => account.operations.filter((name) => name === 'StopModelInvocationJob').length;
  const gone = (token: string) => account.stepFunctions.tasks.set(token, { kind: 'timedOut' });

  it('answers everything that has ended, over pages of the index, oldest first', async () => {
    await account.bedrock.admin('PUT', 'faults', { jobRunMs: 0 });
    const tokens = Array.from({ length: 8 }, (_, index) => `token-${index}-of-8`);
    for (const [index, token] of tokens.entries()) await account.start({ token, index, manifestCount: 8 });
    await account.advance(30);
    await account.sweep();
    for (const token of tokens) expect(account.output(token)).toMatchObject({ status: 'Completed' });
    expect(account.metric('SweepAnswered')).toBe(8);
  });

  it('keeps a task alive whose job is under way, and changes nothing', async () => {
    await account.start({ token: 'token-a' });
    await account.advance(60);
    const before = JSON.stringify([...account.dynamo.items]);
    await account.sweep();
    expect(account.stepFunctions.calls).toEqual(['SendTaskHeartbeat']);
    expect(JSON.stringify([...account.dynamo.items])).toBe(before);
  });

  it('stops a job that nobody has waited for during ten minutes, and not before', async () => {
    const { jobArn, waiter } = await account.start({ token: 'token-a' });
    await account.advance(60);
    gone('token-a');
    await account.sweep();
    await account.advance(9);
    await account.sweep();
    expect([stops(), (await account.ports.table.get(waiter))?.state]).toEqual([0, 'open']);
    await account.advance(2);
    await account.sweep();
    expect([stops(), (await account.ports.table.get(waiter))?.state]).toEqual([1, 'abandoned']);
    await account.advance(5);
    expect(await statusOf(jobArn)).toBe('Stopped');
    expect(account.metric('JobsAbandoned')).toBe(1);
    await account.sweep();
    expect(stops()).toBe(1);
  });

  it('leaves the job to a task that comes again within the ten minutes', async () => {
    const { jobArn, waiter } = await account.start({ token: 'token-a' });
    await account.advance(60);
    gone('token-a');
    await account.sweep();
    await account.advance(9);
    const again = await account.start({ token: 'token-b' });
    expect(again).toMatchObject({ waiter, jobArn, attempt: 1 });
    for (const minutes of [5, 5, 5]) {
      await account.advance(minutes);
      await account.sweep();
    }
    expect([stops(), await statusOf(jobArn)]).toEqual([0, 'InProgress']);
    expect(await account.ports.table.get(waiter)).not.toHaveProperty('goneSince');
  });

  it('leaves a waiter without a job to a task that waits half an hour for the quota, and drops it after three quarters', async () => {
    await account.bedrock.admin('PUT', 'faults', { foreignJobs: 100 });
    await expect(account.start({ token: 'token-a' })).rejects.toMatchObject({ name: 'ServiceQuotaExceededException' });
    gone('token-a');
    for (let minutes = 0; minutes < 35; minutes += 5) {
      await account.sweep();
      await account.advance(5);
    }
    await expect(account.start({ token: 'token-b' })).rejects.toMatchObject({ name: 'ServiceQuotaExceededException' });
    const [waiter = ''] = account.dynamo.items.keys();
    expect(await account.ports.table.get(waiter)).toMatchObject({ state: 'open', attempt: 1 });
    gone('token-b');
    await account.sweep();
    await account.advance(46);
    await account.sweep();
    expect((await account.ports.table.get(waiter))?.state).toBe('abandoned');
    expect([stops(), account.metric('JobsAbandoned')]).toEqual([0, 0]);
  });

  it('forgets that a task seemed gone when it is there again', async () => {
    const { waiter } = await account.start({ token: 'token-a' });
    await account.advance(60);
    gone('token-a');
    await account.sweep();
    expect(await account.ports.table.get(waiter)).toHaveProperty('goneSince');
    account.stepFunctions.tasks.set('token-a', { kind: 'waiting' });
    await account.sweep();
    expect(await account.ports.table.get(waiter)).not.toHaveProperty('goneSince');
  });

  it('stops in the next round what it could not stop in this one', async () => {
    const { jobArn, waiter } = await account.start({ token: 'token-a' });
    await account.advance(60);
    gone('token-a');
    await account.sweep();
    await account.advance(11);
    await account.bedrock.admin('PUT', 'faults', { throttle: { StopModelInvocationJob: 1 } });
    await expect(account.sweep()).rejects.toThrow('1 of 1 waiters could not be swept');
    expect((await account.ports.table.get(waiter))?.state).toBe('abandoned');
    await account.bedrock.admin('PUT', 'faults', { throttle: 0 });
    await account.sweep();
    await account.advance(5);
    expect(await statusOf(jobArn)).toBe('Stopped');
    expect(account.dynamo.items.get(waiter)?.['open']).toBeUndefined();
  });

  it('finds a job by its name when Create crashed before it was written down', async () => {
    account.stepFunctions.tasks.set('token-a', { kind: 'waiting' });
    const table = { ...account.ports.table, setJobArn: () => Promise.reject(new Error('crashed')) };
    await expect(submit({ ...account.ports, table }, parseCreateRequest(payloadOf({ token: 'token-a' })))).rejects.toThrow(
      'crashed',
    );
    const [item] = account.dynamo.items.values();
    expect(item?.['jobArn']).toBeUndefined();
    await account.advance(4);
    await account.sweep();
    expect(account.operations.includes('ListModelInvocationJobs')).toBe(false);
    await account.advance(2);
    await account.sweep();
    const [found] = await account.ports.table
      .open()
      [Symbol.asyncIterator]()
      .next()
      .then(({ value }) => [value]);
    expect(found?.jobArn).toMatch(/model-invocation-job/);
    expect(account.operations.includes('ListModelInvocationJobs')).toBe(true);
    await account.advance(25 * 60);
    await account.sweep();
    expect(account.output('token-a')).toMatchObject({ status: 'Completed' });
  });

  it('lets one waiter that fails keep no other from its answer, and fails at the end so that the alarm sees it', async () => {
    await account.bedrock.admin('PUT', 'faults', { jobRunMs: 0 });
    for (const index of [0, 1, 2]) await account.start({ token: `token-${index}-of-3`, index, manifestCount: 3 });
    await account.advance(30);
    const get: typeof account.ports.jobs.get = async (jobArn) => {
      const job = await account.ports.jobs.get(jobArn);
      if (job?.jobName.startsWith('test-job1')) throw Object.assign(new Error('no'), { name: 'AccessDeniedException' });
      return job;
    };
    const { handle } = await import('./handle.ts');
    const ports = { ...account.ports, jobs: { ...account.ports.jobs, get } };
    await expect(handle(ports, { sweep: true })).rejects.toThrow('1 of 3 waiters');
    expect([0, 1, 2].map((index) => account.task(`token-${index}-of-3`)?.kind)).toEqual(['succeeded', 'waiting', 'succeeded']);
    expect(account.lines.some((line) => line.includes('AccessDeniedException'))).toBe(true);
  });

  it('does not quote a task token that a service quotes in its error', async () => {
    await account.start({ token: 'token-a' });
    await account.advance(60);
    account.stepFunctions.faults.push('AccessDeniedException');
    await expect(account.sweep()).rejects.toThrow();
    expect(account.lines.some((line) => line.includes('AccessDeniedException: (task token)'))).toBe(true);
  });

  it('repeats what was throttled, and comes again for what stays so', async () => {
    await account.bedrock.admin('PUT', 'faults', { jobRunMs: 0 });
    await account.start({ token: 'token-a' });
    await account.advance(30);
    account.stepFunctions.faults.push('ThrottlingException');
    await account.sweep();
    expect(account.output('token-a')).toMatchObject({ status: 'Completed' });
    await account.start({ token: 'token-b', index: 1 });
    await account.advance(30);
    await account.bedrock.admin('PUT', 'faults', { throttle: { GetModelInvocationJob: 1 } });
    await expect(account.sweep()).rejects.toThrow();
    await account.bedrock.admin('PUT', 'faults', { throttle: 0 });
    await account.sweep();
    expect(account.output('token-b')).toMatchObject({ status: 'Completed' });
  });

  it('tells a task when Bedrock does not end its job long after its timeout', async () => {
    const { jobArn } = await account.start({ token: 'token-a' });
    await account.advance(60);
    const ports = { ...account.ports, now: () => account.ports.now() + 55 * 3_600_000 };
    const { handle } = await import('./handle.ts');
    await handle({ ...ports, now: () => account.ports.now() + 52 * 3_600_000 }, { sweep: true });
    expect(account.task('token-a')?.kind).toBe('waiting');
    await handle(ports, { sweep: true });
    expect(account.task('token-a')).toMatchObject({
      kind: 'failed',
      error: 'Expired',
      cause: expect.stringContaining('48 hours'),
    });
    await account.advance(5);
    expect(await statusOf(jobArn)).toBe('Stopped');
  });

  it('mends an answer that was sent and not written down', async () => {
    await account.bedrock.admin('PUT', 'faults', { jobRunMs: 0 });
    const { waiter } = await account.start({ token: 'token-a' });
    await account.advance(30);
    const { handle } = await import('./handle.ts');
    const table = { ...account.ports.table, setAnswered: () => Promise.reject(new Error('crashed')) };
    await expect(handle({ ...account.ports, table }, { sweep: true })).rejects.toThrow();
    expect(account.output('token-a')).toMatchObject({ status: 'Completed' });
    for (const minutes of [0, 5, 6]) {
      await account.advance(minutes);
      await account.sweep();
    }
    expect((await account.ports.table.get(waiter))?.state).toBe('abandoned');
    expect([stops(), account.metric('JobsAbandoned')]).toEqual([0, 0]);
  });
});
