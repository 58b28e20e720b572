import { SQSClient } from '@aws-sdk/client-sqs';
import { createCollectQueue } from '../collect-queue/index.ts';
import { deadlineOf, type LambdaContext } from '../engine/index.ts';
import { openInbox } from '../inbox/index.ts';
import { createIntakeQueue } from '../intake-queue/index.ts';
import { optionalSetting, requiredSetting } from '../settings/index.ts';
import { openTellingEngine } from '../waiting/index.ts';
import { sweep } from './sweep.ts';

const sqs = new SQSClient({});
const intakeQueueUrl = optionalSetting('INTAKE_QUEUE_URL');
const engine = {
  ...(await openTellingEngine()),
  queue: createCollectQueue(sqs, requiredSetting('COLLECT_QUEUE_URL')),
  ...(intakeQueueUrl !== undefined && {
    intake: createIntakeQueue(sqs, intakeQueueUrl),
    inbox: openInbox(),
  }),
};

/** What is under way when the time is up ends within this. */
const SPARE_MS = 30_000;

/** Looks after every open run of the bucket. Throws when one could not be, so that the alarm sees it. */
export async function handler(_event: unknown, context: LambdaContext): Promise<void> {
  const { runs, failed } = await sweep(engine, deadlineOf(context, SPARE_MS));
  if (failed > 0) throw new Error(`${failed} of ${runs} runs could not be swept; the log says why`);
}
