import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createCollectQueue } from '../collect-queue/index.ts';
import { openEngine } from '../engine/index.ts';
import { requiredSetting } from '../settings/index.ts';
import type { SqsAnswer } from '../sqs/index.ts';
import { createTasks } from '../task/index.ts';
import { kick } from './kick.ts';

const engine = {
  ...(await openEngine()),
  tasks: createTasks(new SFNClient({})),
  queue: createCollectQueue(new SQSClient({}), requiredSetting('COLLECT_QUEUE_URL')),
};

/** Answers to Bedrock's events of jobs, by way of the kick queue. */
export function handler(event: unknown): Promise<SqsAnswer> {
  return kick(engine, event);
}
