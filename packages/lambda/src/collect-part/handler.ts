import { SQSClient } from '@aws-sdk/client-sqs';
import { createCollectQueue } from '../collect-queue/index.ts';
import { requiredSetting } from '../settings/index.ts';
import type { SqsAnswer } from '../sqs/index.ts';
import { openTellingEngine } from '../waiting/index.ts';
import { collect } from './collect.ts';

const engine = {
  ...(await openTellingEngine()),
  queue: createCollectQueue(new SQSClient({}), requiredSetting('COLLECT_QUEUE_URL')),
};

/** Collects the parts that the collect queue names. */
export function handler(event: unknown): Promise<SqsAnswer> {
  return collect(engine, event);
}
