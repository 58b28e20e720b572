import { BedrockClient } from '@aws-sdk/client-bedrock';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { createOutputStore } from '../answer/index.ts';
import { createJobs } from '../jobs/index.ts';
import { createLog, writeLine } from '../log/index.ts';
import { createMetrics } from '../metrics/index.ts';
import { requiredSetting } from '../settings/index.ts';
import { createTasks } from '../task/index.ts';
import { createWaiterTable } from '../waiter/index.ts';
import { handle } from './handle.ts';
import type { EventPorts } from './ports.ts';

const now = Date.now;
const ports: EventPorts = {
  jobs: createJobs(new BedrockClient({})),
  table: createWaiterTable({
    client: new DynamoDBClient({}),
    table: requiredSetting('WAITER_TABLE'),
    index: process.env['WAITER_INDEX'] ?? 'open',
    now,
  }),
  tasks: createTasks(new SFNClient({})),
  outputs: createOutputStore(new S3Client({})),
  log: createLog(process.env['LOG_LEVEL'], writeLine, now),
  metrics: createMetrics(process.env['AWS_LAMBDA_FUNCTION_NAME'] ?? '', writeLine, now),
  now,
  batchRoleArns: (process.env['BATCH_ROLE_ARNS'] ?? '').split(',').filter((arn) => arn !== ''),
};

/** Answers to Bedrock's events of jobs, and to the sweep `{"sweep": true}`. */
export function handler(event: unknown): Promise<void> {
  return handle(ports, event);
}
