import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BUCKET, HAIKU } from '../../../local/src/testing/local-service.ts';
import { parseCreateRequest, submit } from '../create-model-invocation-job/index.ts';
import { type Account, endOf, payloadOf, ROLE, startAccount } from '../testing/account.ts';

describe('an event', () => {
  let account: Account;
  beforeEach(async () => {
    account = await startAccount();
  });
  afterEach(() => account.close());

  const table = () => JSON.stringify([...account.dynamo.items]);
  const answers = () => account.stepFunctions.calls.filter((call) => call !== 'SendTaskHeartbeat').length;

  it('that comes twice tells the task once', async () => {
    const { jobName } = await account.start({ token: 'token-a' });
    await account.advance(30);
    await Promise.all([account.event(endOf(account, jobName)), account.event(endOf(account, jobName))]);
    const before = table();
    await account.event(endOf(account, jobName));
    expect(table()).toBe(before);
    expect(account.output('token-a')).toMatchObject({ status: 'Completed' });
    expect(account.metric('JobsEnded')).toBe(1);
  });

  it('that comes after the end of its execution changes nothing but that the task is known to be gone', async () => {
    const { jobName, waiter } = await account.start({ token: 'token-a' });
    account.stepFunctions.tasks.set('token-a', { kind: 'timedOut' });
    await account.advance(30);
    await account.event(endOf(account, jobName));
    expect(await account.ports.table.get(waiter)).toMatchObject({ state: 'open', goneSince: expect.any(Number) });
  });

  it('of an older attempt changes nothing', async () => {
    await account.bedrock.admin('PUT', 'faults', { jobFail: 1 });
    const first = await account.start({ token: 'token-a' });
    await account.advance(30);
    await account.event(endOf(account, first.jobName));
    const second = await account.start({ token: 'token-b' });
    expect([second.waiter, second.attempt]).toEqual([first.waiter, 2]);
    const before = table();
    await account.event(endOf(account, first.jobName));
    expect(table()).toBe(before);
    expect(account.task('token-b')?.kind).toBe('waiting');
  });

  it('of a state that is not the last changes nothing, whatever status it claims', async () => {
    const { jobName } = await account.start({ token: 'token-a' });
    await account.advance(0.05);
    const submitted = endOf(account, jobName);
    expect(submitted.detail['status']).toBe('Submitted');
    await account.event({ ...submitted, detail: { ...submitted.detail, status: 'Completed' } });
    expect(answers()).toBe(0);
  });

  it('of a job of somebody else changes nothing, with another role or without a token in its tags', async () => {
    for (const roleArn of ['arn:aws:iam::000000000000:role/other', ROLE]) {
      await account.bedrock.create({ roleArn, jobName: roleArn === ROLE ? 'theirs-too' : 'theirs' });
    }
    await account.advance(30);
    for (const event of account.events) await account.event(event);
    expect(account.metric('EventsIgnored')).toBeGreaterThan(0);
    expect(answers()).toBe(0);
    expect(table()).toBe('[]');
  });

  it('that is forged changes nothing: another ARN, another name, another request', async () => {
    const { jobName, waiter } = await account.start({ token: 'token-a' });
    const foreign = await account.bedrock.create({ jobName: 'foreign', roleArn: ROLE });
    await account.advance(30);
    const end = endOf(account, 'foreign');
    const ours = endOf(account, jobName);
    const before = table();
    const forged = [
      { ...end, detail: { ...end.detail, batchJobName: jobName } },
      { ...ours, detail: { ...ours.detail, batchJobName: 'foreign' } },
      { ...ours, detail: { ...ours.detail, batchJobArn: `${foreign.slice(0, -12)}zzzzzzzzzzzz` } },
      { source: 'mine', detail: ours.detail },
    ];
    for (const event of forged) await account.event(event);
    // the ARN that was written down is believed, and no other asked for under its name
    expect(account.operations.filter((name) => name === 'GetModelInvocationJob')).toHaveLength(1);
    expect(table()).toBe(before);
    expect(answers()).toBe(0);
    expect((await account.ports.table.get(waiter))?.state).toBe('open');
  });

  it('of a job that somebody made under our name changes nothing', async () => {
    // Create has crashed before it made the job, and somebody else takes the name.
    const failing = { ...account.ports.jobs, create: () => Promise.reject(new Error('crashed')) };
    account.stepFunctions.tasks.set('token-a', { kind: 'waiting' });
    await expect(
      submit({ ...account.ports, jobs: failing }, parseCreateRequest(payloadOf({ token: 'token-a' }))),
    ).rejects.toThrow();
    const jobName = [...account.dynamo.items.values()][0]?.['jobName']?.S ?? '';
    await account.bedrock.create({ jobName, modelId: HAIKU, clientRequestToken: 'of-somebody-else' });
    await account.advance(30);
    const before = table();
    await account.event(endOf(account, jobName));
    expect(table()).toBe(before);
    expect(answers()).toBe(0);
  });

  it('that comes before Create has returned is answered, and Create then changes nothing', async () => {
    account.stepFunctions.tasks.set('token-a', { kind: 'waiting' });
    const slow = {
      ...account.ports.jobs,
      async create(input: Parameters<typeof account.ports.jobs.create>[0]) {
        const jobArn = await account.ports.jobs.create(input);
        await account.advance(30);
        await account.event(endOf(account, input.jobName ?? ''));
        return jobArn;
      },
    };
    const { waiter } = await submit({ ...account.ports, jobs: slow }, parseCreateRequest(payloadOf({ token: 'token-a' })));
    expect(account.output('token-a')).toMatchObject({ status: 'Completed', bucket: BUCKET });
    expect(await account.ports.table.get(waiter)).toMatchObject({ state: 'answered', status: 'Completed' });
  });

  it('that is lost is made up for by the sweep', async () => {
    const { waiter } = await account.start({ token: 'token-a' });
    await account.advance(1);
    await account.sweep();
    expect(account.task('token-a')?.kind).toBe('waiting');
    await account.advance(5);
    await account.sweep();
    expect(account.output('token-a')).toMatchObject({ status: 'Completed' });
    expect(account.metric('SweepAnswered')).toBe(1);
    expect(await account.ports.table.get(waiter)).toMatchObject({ state: 'answered' });
    expect(account.dynamo.items.get(waiter)?.['open']).toBeUndefined();
  });
});
