import { ListModelInvocationJobsCommand } from '@aws-sdk/client-bedrock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Account, endOf, payloadOf, startAccount } from '../testing/account.ts';
import { parseCreateRequest } from './request.ts';
import { type SubmitPorts, submit } from './submit.ts';

describe('a job', () => {
  let account: Account;
  beforeEach(async () => {
    account = await startAccount();
  });
  afterEach(() => account.close());

  const jobs = async () =>
    (await account.bedrock.bedrock.send(new ListModelInvocationJobsCommand({}))).invocationJobSummaries ?? [];

  /** The create handler, crashing before or after its n-th call of another service. */
  function crashing(nth: number, when: 'before' | 'after'): { ports: SubmitPorts; crashed: () => boolean } {
    let calls = 0;
    let crashed = false;
    const wrap = <P extends object>(port: P): P =>
      Object.fromEntries(
        Object.entries(port).map(([name, call]) => [
          name,
          async (...args: unknown[]) => {
            calls += 1;
            const isNow = calls === nth;
            crashed ||= isNow;
            if (isNow && when === 'before') throw new Error('crashed');
            const answer: unknown = await (call as (...args: unknown[]) => unknown)(...args);
            if (isNow) throw new Error('crashed');
            return answer;
          },
        ]),
      ) as P;
    return {
      ports: { ...account.ports, jobs: wrap(account.ports.jobs), table: wrap(account.ports.table) },
      crashed: () => crashed,
    };
  }

  const steps = [1, 2, 3, 4].flatMap((nth) => (['before', 'after'] as const).map((when) => ({ nth, when })));

  it.each(steps)(
    'is made once and told to the new token when the handler crashes $when its call $nth and is retried',
    async (step) => {
      const { ports, crashed } = crashing(step.nth, step.when);
      account.stepFunctions.tasks.set('token-a', { kind: 'waiting' });
      const first = submit(ports, parseCreateRequest(payloadOf({ token: 'token-a' })));
      await expect(first).rejects.toThrow('crashed');
      expect(crashed()).toBe(true);
      account.stepFunctions.tasks.set('token-a', { kind: 'timedOut' });
      const again = await account.start({ token: 'token-b' });
      expect([again.attempt, (await jobs()).length]).toEqual([1, 1]);
      await account.advance(30);
      await account.event(endOf(account, again.jobName));
      expect(account.output('token-b')).toMatchObject({ status: 'Completed', job_name: again.jobName });
    },
  );

  it.each(steps.filter(({ nth }) => nth > 2))(
    'is told by the sweep when the handler crashes $when its call $nth and the task stays',
    async ({ nth, when }) => {
      account.stepFunctions.tasks.set('token-a', { kind: 'waiting' });
      const first = submit(crashing(nth, when).ports, parseCreateRequest(payloadOf({ token: 'token-a' })));
      await expect(first).rejects.toThrow('crashed');
      await account.advance(30);
      await account.sweep();
      const isMade = nth > 3 || when === 'after';
      expect(account.task('token-a')?.kind).toBe(isMade ? 'succeeded' : 'waiting');
    },
  );

  it('is made once also when Bedrock has forgotten the token and would take a name twice', async () => {
    const forgetful = await startAccount({ tokenLifetimeMs: 0, uniqueNames: false });
    const table = { ...forgetful.ports.table, setJobArn: () => Promise.reject(new Error('crashed')) };
    const request = parseCreateRequest(payloadOf({ token: 'token-a' }));
    await expect(submit({ ...forgetful.ports, table }, request)).rejects.toThrow('crashed');
    await forgetful.start({ token: 'token-b' });
    const made = forgetful.operations.filter((name) => name === 'CreateModelInvocationJob');
    expect(made).toHaveLength(1);
    await forgetful.close();
  });

  it('is found by its name when the name is taken by the same request', async () => {
    const forgetful = await startAccount({ tokenLifetimeMs: 0 });
    const blind = { ...forgetful.ports.jobs };
    let looks = 0;
    // List lags behind: the first look does not find the job.
    blind.find = async (mark) => (looks++ === 0 ? undefined : forgetful.ports.jobs.find(mark));
    const crashingTable = { ...forgetful.ports.table, setJobArn: () => Promise.reject(new Error('crashed')) };
    const request = parseCreateRequest(payloadOf({ token: 'token-a' }));
    await expect(submit({ ...forgetful.ports, table: crashingTable }, request)).rejects.toThrow('crashed');
    const { jobArn } = await submit({ ...forgetful.ports, jobs: blind }, parseCreateRequest(payloadOf({ token: 'token-b' })));
    expect(jobArn).toMatch(/model-invocation-job/);
    await forgetful.close();
  });

  it('is told to the newest token only', async () => {
    const { jobName } = await account.start({ token: 'token-a' });
    await account.start({ token: 'token-b' });
    expect(await jobs()).toHaveLength(1);
    await account.advance(30);
    await account.event(endOf(account, jobName));
    expect([account.task('token-a')?.kind, account.task('token-b')?.kind]).toEqual(['waiting', 'succeeded']);
  });

  it('is a second attempt under a new name after a failure, and the same one after a success', async () => {
    await account.bedrock.admin('PUT', 'faults', { jobFail: 1 });
    const first = await account.start({ token: 'token-a' });
    await account.advance(30);
    await account.event(endOf(account, first.jobName));
    await account.bedrock.admin('PUT', 'faults', { jobFail: 0 });
    const second = await account.start({ token: 'token-b' });
    expect([second.attempt, second.jobName]).toEqual([2, first.jobName.replace(/1$/, '2')]);
    await account.advance(30);
    await account.event(endOf(account, second.jobName));
    const third = await account.start({ token: 'token-c' });
    expect([third.attempt, third.jobArn]).toEqual([2, second.jobArn]);
    expect(await jobs()).toHaveLength(2);
    await account.sweep();
    expect(account.output('token-c')).toMatchObject({ status: 'Completed', job_arn: second.jobArn });
  });

  it('is another one for another execution, another pass of the Map, another index', async () => {
    await account.start({ token: 'token-a' });
    await account.start({ token: 'token-b', execution: 'arn:other' });
    await account.start({ token: 'token-c', entered: '2026-11-22T00:00:00.000Z' });
    await account.start({ token: 'token-d', index: 1 });
    const names = (await jobs()).map(({ jobName }) => jobName);
    expect(new Set(names).size).toBe(4);
  });

  it('that several invocations ask for at once is made once', async () => {
    const tokens = ['token-a', 'token-b', 'token-c'];
    await Promise.allSettled(tokens.map((token) => account.start({ token })));
    expect(await jobs()).toHaveLength(1);
  });

  it('that is refused keeps the name that the SDK gives the error', async () => {
    await account.bedrock.admin('PUT', 'faults', { foreignJobs: 100 });
    await expect(account.start({ token: 'token-a' })).rejects.toMatchObject({ name: 'ServiceQuotaExceededException' });
    await account.bedrock.admin('PUT', 'faults', { foreignJobs: 0, throttle: { CreateModelInvocationJob: 1 } });
    await expect(account.start({ token: 'token-b' })).rejects.toMatchObject({ name: 'ThrottlingException' });
    await account.bedrock.admin('PUT', 'faults', { throttle: 0 });
    await expect(account.start({ token: 'token-c', index: 1, modelId: 'amazon.none-v1:0' })).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await expect(account.start({ token: 'token-d', index: 2, manifestKey: 'a=b' })).rejects.toMatchObject({
      name: 'InvalidManifestKey',
    });
    const { attempt } = await account.start({ token: 'token-e' });
    expect(attempt).toBe(1);
    expect(await jobs()).toHaveLength(1);
  });

  it('is made once when the answer to Create was lost and the retry asks again', async () => {
    await account.bedrock.admin('PUT', 'faults', { lostReply: { CreateModelInvocationJob: 1 } });
    await expect(account.start({ token: 'token-a' })).rejects.toMatchObject({ name: 'TimeoutError' });
    await account.bedrock.admin('PUT', 'faults', { lostReply: 0 });
    await account.start({ token: 'token-b' });
    expect(await jobs()).toHaveLength(1);
  });

  it('has its output where the caller named it, made valid where Bedrock would refuse it', async () => {
    const { jobArn = '' } = await account.start({ token: 'token-a', jobName: 'test_job' });
    expect((await account.ports.jobs.get(jobArn))?.outputUri).toBe('s3://bucket-of-tests/output/test_job/');
    const odd = await account.start({ token: 'token-b', jobName: 'täst job', index: 1 });
    expect((await account.ports.jobs.get(odd.jobArn ?? ''))?.outputUri).toBe('s3://bucket-of-tests/output/t-st-job/');
  });
});
