import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Account, endOf, startAccount } from '../testing/account.ts';

describe('a job that ends', () => {
  let account: Account;
  beforeEach(async () => {
    account = await startAccount();
  });
  afterEach(() => account.close());

  it('is told as the original tells it, with what it cost beside', async () => {
    const { jobName, jobArn } = await account.start({ token: 'token-a', manifestCount: 2 });
    await account.advance(30);
    await account.event(endOf(account, jobName));
    const id = jobArn?.slice(-12);
    expect(account.output('token-a')).toEqual({
      status: 'Completed',
      bucket: 'bucket-of-tests',
      keys: [`output/test_job/${id}/manifest.jsonl.out`],
      job_arn: jobArn,
      job_name: jobName,
      manifest_key: 'in/manifest.jsonl',
      model_id: 'anthropic.claude-3-haiku-20240307-v1:0',
      record_counts: { total: 3, processed: 3, succeeded: 3, failed: 0 },
      token_counts: { input: expect.any(Number), output: expect.any(Number) },
    });
  });
});
