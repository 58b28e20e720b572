import { expect, test } from 'vitest';
import type { Job } from '../jobs/index.ts';
import { eventOf } from './job-event.ts';

test('an event has the fields and formats of the one in the User Guide', () => {
  const arn = 'arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/abcdefghwxyz';
  const job = {
    jobArn: arn,
    jobName: 'dummy-batch-job-name',
    modelArn: 'arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-sonnet-20240229-v1:0',
    status: 'Completed',
    region: 'us-east-1',
    submittedAt: Date.UTC(2024, 7, 28, 22, 47, 53),
    modifiedAt: Date.UTC(2024, 7, 28, 22, 58, 30),
  } as Job;
  expect(eventOf(job, '123456789012', 'a1b2c3d4')).toEqual({
    version: '0',
    id: 'a1b2c3d4',
    'detail-type': 'Batch Inference Job State Change',
    source: 'aws.bedrock',
    account: '123456789012',
    time: '2024-08-28T22:58:30Z',
    region: 'us-east-1',
    resources: [arn],
    detail: {
      version: '0.0',
      accountId: '123456789012',
      batchJobName: 'dummy-batch-job-name',
      batchJobArn: arn,
      batchModelId: job.modelArn,
      status: 'Completed',
      failureMessage: '',
      creationTime: 'Aug 28, 2024, 10:47:53 PM',
    },
  });
});
