import { describe, expect, it } from 'vitest';
import { parseCall } from './event.ts';

const detail = {
  batchJobArn: 'arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/abcdefghwxyz',
  batchJobName: 'n',
  status: 'Completed',
  failureMessage: '',
};

describe('a call of the event handler', () => {
  it('is a sweep when it says so', () => {
    expect(parseCall({ sweep: true })).toEqual({ kind: 'sweep' });
  });

  it('is a hint when Bedrock tells of a job, in every partition', () => {
    for (const partition of ['aws', 'aws-cn', 'aws-us-gov', 'aws-iso-b']) {
      const batchJobArn = detail.batchJobArn.replace('aws', partition);
      const call = parseCall({ source: 'aws.bedrock', detail: { ...detail, batchJobArn } });
      expect(call).toEqual({ kind: 'hint', jobArn: batchJobArn, jobName: 'n', status: 'Completed' });
    }
  });

  it('is nothing otherwise', () => {
    const others = [
      null,
      'x',
      {},
      { sweep: 'yes' },
      { source: 'mine', detail },
      { source: 'aws.bedrock' },
      { source: 'aws.bedrock', detail: { ...detail, batchJobArn: 'arn:aws:s3:::bucket' } },
      { source: 'aws.bedrock', detail: { ...detail, batchJobArn: 7 } },
    ];
    for (const event of others) expect(parseCall(event)).toEqual({ kind: 'other' });
  });
});
