import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BUCKET, claudeRecords } from '../../../local/src/testing/local-service.ts';
import { type Account, endOf, startAccount } from '../testing/account.ts';

describe('a job that ends', () => {
  let account: Account;
  beforeEach(async () => {
    account = await startAccount();
  });
  afterEach(() => account.close());

  /** Starts a job under the given faults, lets it end, and delivers its last event. */
  async function ended(faults: object, minutes = 30) {
    await account.bedrock.admin('PUT', 'faults', faults);
    const waiter = await account.start({ token: 'token-a' });
    await account.advance(minutes);
    await account.event(endOf(account, waiter.jobName));
    return waiter;
  }

  it('well is told as the original tells it, with what it cost beside', async () => {
    const { jobName, jobArn } = await ended({});
    expect(account.output('token-a')).toEqual({
      status: 'Completed',
      bucket: BUCKET,
      keys: [`output/test_job/${jobArn?.slice(-12)}/manifest.jsonl.out`],
      job_arn: jobArn,
      job_name: jobName,
      manifest_key: 'in/manifest.jsonl',
      model_id: 'anthropic.claude-3-haiku-20240307-v1:0',
      record_counts: { total: 3, processed: 3, succeeded: 3, failed: 0 },
      token_counts: { input: expect.any(Number), output: expect.any(Number) },
    });
    const { token_counts: tokens } = account.output('token-a') as { token_counts: { input: number; output: number } };
    expect(tokens.input * tokens.output).toBeGreaterThan(0);
    expect([account.metric('JobsEnded'), account.metric('RecordsSucceeded')]).toEqual([1, 3]);
    expect(account.metric('InputTokens')).toBe(tokens.input);
  });

  it('in part is told as a success that says so', async () => {
    await ended({ jobPartial: 1 });
    expect(account.output('token-a')).toMatchObject({
      status: 'PartiallyCompleted',
      keys: [expect.stringMatching(/\.jsonl\.out$/)],
    });
  });

  it('with records in error shows how many', async () => {
    await ended({ recordFail: 1, recordCodes: [400] });
    expect(account.output('token-a')).toMatchObject({ status: 'Completed', record_counts: { succeeded: 0, failed: 3 } });
    expect(account.metric('RecordsFailed')).toBe(3);
  });

  it('in failure is told as Failed, in the words of Bedrock', async () => {
    await ended({ jobFail: 1, jobFailMessage: 'the model is tired' });
    expect(account.task('token-a')).toEqual({ kind: 'failed', error: 'Failed', cause: 'the model is tired' });
  });

  it('in failure without a message is told all the same', async () => {
    await ended({ jobFail: 1, jobFailMessage: '' });
    expect(account.task('token-a')).toEqual({ kind: 'failed', error: 'Failed', cause: 'Job failed' });
  });

  it('unbegun is told as Expired', async () => {
    await ended({ jobExpire: 1 }, 50 * 60);
    expect(account.task('token-a')).toMatchObject({ kind: 'failed', error: 'Expired' });
  });

  it('by being stopped is told as Stopped, with the place of what was paid for', async () => {
    await account.bedrock.put('in/manifest.jsonl', claudeRecords(400));
    await account.bedrock.admin('PUT', 'faults', { jobRunMs: 3_600_000 });
    const { jobName, jobArn = '' } = await account.start({ token: 'token-a' });
    await account.advance(30);
    await account.ports.jobs.stop(jobArn);
    await account.advance(10);
    await account.event(endOf(account, jobName));
    expect(account.task('token-a')).toMatchObject({ kind: 'failed', error: 'Stopped' });
  });

  it('with its output still to come is left to the sweep, and told with what is there after ten minutes', async () => {
    const { jobName } = await ended({ outputDelayMs: 8 * 60_000, manifestDelayMs: 3_600_000 }, 3);
    expect(account.task('token-a')?.kind).toBe('waiting');
    await account.advance(6);
    await account.sweep();
    expect(account.task('token-a')?.kind).toBe('waiting');
    await account.advance(6);
    await account.sweep();
    expect(account.output('token-a')).toMatchObject({ status: 'Completed', job_name: jobName, keys: [expect.any(String)] });
    expect(account.output('token-a')).not.toHaveProperty('token_counts');
  });

  it('with more files than a state may return is pointed to, in the bucket', async () => {
    await account.bedrock.admin('PUT', 'faults', { outputFiles: 40 });
    await account.bedrock.put('in/manifest.jsonl', claudeRecords(400));
    const { jobName, jobArn } = await account.start({ token: 'token-a', manifestCount: 300 });
    await account.advance(30);
    await account.event(endOf(account, jobName));
    const told = account.output('token-a') as { keys_location: { bucket: string; key: string }; key_count: number };
    expect(told).toMatchObject({ status: 'Completed', bucket: BUCKET, key_count: 40, job_arn: jobArn });
    expect(told).not.toHaveProperty('keys');
    expect(told.keys_location).toEqual({ bucket: BUCKET, key: `output/test_job/answers/${jobName}.json` });
    const whole = JSON.parse(await account.bedrock.text(told.keys_location.key)) as { keys: string[] };
    expect(whole).toMatchObject({ status: 'Completed', record_counts: { total: 400 } });
    expect(whole.keys).toHaveLength(40);
    expect(whole.keys).toEqual(whole.keys.toSorted());
  });
});

describe('in another partition', () => {
  it('a job ends alike', async () => {
    const account = await startAccount({ region: 'cn-north-1' });
    const { jobName, jobArn } = await account.start({ token: 'token-a' });
    expect(jobArn).toMatch(/^arn:aws-cn:bedrock:cn-north-1:/);
    await account.advance(30);
    await account.event(endOf(account, jobName));
    expect(account.output('token-a')).toMatchObject({ status: 'Completed', job_arn: jobArn, keys: [expect.any(String)] });
    await account.close();
  });
});
