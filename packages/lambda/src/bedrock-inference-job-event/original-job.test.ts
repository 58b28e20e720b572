import { describe, expect, it } from 'vitest';
import { BUCKET } from '../../../local/src/testing/local-service.ts';
import { endOf, ROLE, startAccount } from '../testing/account.ts';
import { tokenFrom } from './original-job.ts';

describe('a job that the original construct made before the update', () => {
  const token = `token-${'x'.repeat(700)}`;
  const pieces = (token.match(/.{1,256}/g) ?? []).map((value, i) => ({ key: `TaskToken:${i}`, value }));

  async function ended(faults: object, tags: { key: string; value: string }[] = pieces) {
    const account = await startAccount();
    await account.bedrock.admin('PUT', 'faults', faults);
    account.stepFunctions.tasks.set(token, { kind: 'waiting' });
    const s3Uri = `s3://${BUCKET}/output/test_job/`;
    await account.bedrock.create({
      jobName: 'testjob0',
      roleArn: ROLE,
      tags,
      inputDataConfig: { s3InputDataConfig: { s3Uri: `s3://${BUCKET}/in/manifest.jsonl` } },
      outputDataConfig: { s3OutputDataConfig: { s3Uri } },
    });
    await account.advance(30);
    await account.event(endOf(account, 'testjob0'));
    return account;
  }

  it('is answered by the token in its tags', async () => {
    const account = await ended({});
    expect(account.output(token)).toMatchObject({ status: 'Completed', bucket: BUCKET, manifest_key: 'in/manifest.jsonl' });
    await account.close();
  });

  it('is told of its failure', async () => {
    const account = await ended({ jobFail: 1, jobFailMessage: '' });
    expect(account.task(token)).toEqual({ kind: 'failed', error: 'Failed', cause: 'Job failed' });
    await account.close();
  });

  it('has its token put together by number', () => {
    const tags = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`TaskToken:${i}`, `<${i}>`]));
    expect(tokenFrom({ ...tags, project: 'x' })).toBe(Array.from({ length: 12 }, (_, i) => `<${i}>`).join(''));
    expect(tokenFrom({ project: 'x' })).toBeUndefined();
  });
});
