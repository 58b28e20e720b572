import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createS3ObjectStore, createS3Sources } from '@batchrock/aws';
import { openEngine, s3Endpoint } from '../engine/index.ts';
import { readQueueSettings } from '../files/index.ts';
import { createFinishQueue } from '../finish-queue/index.ts';
import { openInbox } from '../inbox/index.ts';
import { createIntakeQueue } from '../intake-queue/index.ts';
import { createNotices } from '../notices/index.ts';
import { createTasks } from '../task/index.ts';
import type { FileEngine } from './file-engine.ts';

/** Composes the engine of a queue's function, once a sandbox. Throws `BR-E0120`. */
export async function openFileEngine(): Promise<FileEngine> {
  const settings = readQueueSettings();
  const { region, topicArn } = settings;
  const engine = await openEngine();
  const sqs = new SQSClient({});
  const endpoint = s3Endpoint();
  const sources = createS3Sources({ region, ...endpoint });
  return {
    ...engine,
    settings,
    tasks: createTasks(new SFNClient({})),
    inbox: openInbox(),
    intake: createIntakeQueue(sqs, settings.intakeQueueUrl),
    finishes: createFinishQueue(sqs, settings.finishQueueUrl),
    ...(topicArn !== undefined && { notices: createNotices(new SNSClient({}), topicArn) }),
    objectsOf: (bucket) =>
      bucket === settings.bucket ? engine.ports.objects : createS3ObjectStore({ region, bucket, ...endpoint }),
    findObject: async (bucket, key, o) => ({
      sources: [await sources.findObject(bucket, key, o)],
      notices: [],
      close: () => {},
    }),
  };
}
