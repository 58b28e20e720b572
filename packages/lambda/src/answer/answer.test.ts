import { describe, expect, it } from 'vitest';
import type { Job } from '../jobs/index.ts';
import { isSettled, type JobOutput, judge, OUTPUT_SETTLE_MS } from './index.ts';

const job: Job = {
  jobArn: 'arn:aws-us-gov:bedrock:us-gov-west-1:000000000000:model-invocation-job/abcdefghijkl',
  jobName: 'n',
  status: 'Completed',
  roleArn: 'r',
  modelId: 'm',
  inputUri: 's3://in/a.jsonl',
  outputUri: 's3://out/output/x/',
  endTime: 1_000_000,
  counts: { total: 3, processed: 3, succeeded: 2, failed: 1 },
};
const tokens = { input: 7, output: 9 };
const output: JobOutput = { bucket: 'out', prefix: 'output/x/abcdefghijkl/', keys: ['k'], manifest: { tokens } };
const { manifest: _, ...withoutManifest } = output;
const subject = { manifestKey: 'a.jsonl', modelId: 'the-model' };

describe('an ended job', () => {
  it('of either good end is told as a success', () => {
    for (const status of ['Completed', 'PartiallyCompleted']) {
      const { succeeded, answer } = judge({ ...job, status }, output, subject);
      expect(succeeded).toBe(true);
      expect(answer).toEqual({
        status,
        bucket: 'out',
        keys: ['k'],
        job_arn: job.jobArn,
        job_name: 'n',
        manifest_key: 'a.jsonl',
        model_id: 'the-model',
        record_counts: job.counts,
        token_counts: tokens,
      });
      expect(Object.keys(answer).slice(0, 3)).toEqual(['status', 'bucket', 'keys']);
    }
  });

  it('of a bad end is told as a failure under its status, with the message of Bedrock or the words of the original', () => {
    const none = { ...output, keys: [] };
    for (const [status, words] of [
      ['Failed', 'Job failed'],
      ['Expired', 'Job expired'],
      ['Stopped', 'Job stopped'],
      ['Vanished', 'Job ended as Vanished'],
    ] as const) {
      expect(judge({ ...job, status }, none, subject)).toMatchObject({
        succeeded: false,
        answer: { error: status, cause: words },
      });
      expect(judge({ ...job, status, message: 'because' }, none, subject).answer.cause).toBe('because');
    }
  });

  it('says where the records lie that it was paid for before it ended badly', () => {
    const stopped = { ...job, status: 'Stopped' };
    expect(judge(stopped, output, subject).answer.cause).toBe(
      'Job stopped (partial output: 1 file below s3://out/output/x/abcdefghijkl/)',
    );
    expect(judge(stopped, { ...output, keys: ['a', 'b'] }, subject).answer).toMatchObject({
      cause: expect.stringContaining('2 files'),
      keys: ['a', 'b'],
    });
  });

  it('is told without counts where nothing counts', () => {
    const { counts: _counts, ...uncounted } = job;
    const { answer } = judge(uncounted, withoutManifest, subject);
    expect(answer).not.toHaveProperty('record_counts');
    expect(answer).not.toHaveProperty('token_counts');
  });
});

describe('the output of an ended job', () => {
  const end = job.endTime ?? 0;

  it('is awaited for ten minutes after its end, manifest and files', () => {
    expect(isSettled(job, output, end)).toBe(true);
    for (const missing of [withoutManifest, { ...output, keys: [] }]) {
      expect(isSettled(job, missing, end + OUTPUT_SETTLE_MS - 1)).toBe(false);
      expect(isSettled(job, missing, end + OUTPUT_SETTLE_MS)).toBe(true);
    }
  });

  it('is complete without files where no record was processed', () => {
    const nothing = { ...job, status: 'PartiallyCompleted', counts: { total: 3, processed: 0, succeeded: 0, failed: 0 } };
    expect(isSettled(nothing, { ...output, keys: [] }, end)).toBe(true);
  });

  it('is not awaited after a bad end', () => {
    for (const status of ['Failed', 'Expired', 'Stopped']) {
      expect(isSettled({ ...job, status }, { ...withoutManifest, keys: [] }, end)).toBe(true);
    }
  });
});
