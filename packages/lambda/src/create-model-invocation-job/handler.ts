import { BedrockClient } from '@aws-sdk/client-bedrock';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createJobs } from '../jobs/index.ts';
import { createLog, writeLine } from '../log/index.ts';
import { requiredSetting } from '../settings/index.ts';
import { createWaiterTable } from '../waiter/index.ts';
import { parseCreateRequest } from './request.ts';
import { submit } from './submit.ts';

const log = createLog(process.env['LOG_LEVEL'], writeLine, Date.now);
const jobs = createJobs(new BedrockClient({}));
const table = createWaiterTable({
  client: new DynamoDBClient({}),
  table: requiredSetting('WAITER_TABLE'),
  index: 'open',
  now: Date.now,
});

/** The task `CreateModelInvocationJobTask`: makes a job and leaves the task waiting for its end. */
export async function handler(event: unknown): Promise<{ readonly jobName: string; readonly jobArn?: string }> {
  const { jobName, jobArn } = await submit({ jobs, table, log, now: Date.now }, parseCreateRequest(event));
  return { jobName, ...(jobArn === undefined ? {} : { jobArn }) };
}
