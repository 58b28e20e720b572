import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { openEngine } from '../engine/index.ts';
import { createFinishQueue } from '../finish-queue/index.ts';
import { optionalSetting } from '../settings/index.ts';
import { createTasks } from '../task/index.ts';
import type { TellingEngine } from './tell.ts';

/** Composes the engine of a function that tells whoever waits, in an orchestrator or in a queue. Throws `BR-E0120`. */
export async function openTellingEngine(): Promise<TellingEngine> {
  const engine = { ...(await openEngine()), tasks: createTasks(new SFNClient({})) };
  const finishQueueUrl = optionalSetting('FINISH_QUEUE_URL');
  return finishQueueUrl === undefined ? engine : { ...engine, finishes: createFinishQueue(new SQSClient({}), finishQueueUrl) };
}
