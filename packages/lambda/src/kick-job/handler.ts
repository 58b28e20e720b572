import { SQSClient } from '@aws-sdk/client-sqs';
import { createCollectQueue } from '../collect-queue/index.ts';
import { requiredSetting } from '../settings/index.ts';
import type { SqsAnswer } from '../sqs/index.ts';
import { openTellingEngine } from '../waiting/index.ts';
import { kick } from './kick.ts';

const engine = {
  ...(await openTellingEngine()),
  queue: createCollectQueue(new SQSClient({}), requiredSetting('COLLECT_QUEUE_URL')),
};

/** Answers to Bedrock's events of jobs, by way of the kick queue. */
export function handler(event: unknown): Promise<SqsAnswer> {
  return kick(engine, event);
}
