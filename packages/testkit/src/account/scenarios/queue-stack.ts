import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type App,
  Duration,
  aws_lambda_event_sources as eventSources,
  aws_events as events,
  aws_lambda as lambda,
  Stack,
  aws_sqs as sqs,
  aws_events_targets as targets,
} from 'aws-cdk-lib';
import { temporaryFolder } from './synthesise.ts';

/**
 * Fails the messages whose body says so and sends on what another asks for: what functions of a queue do, and nothing else.
 * The client is the one of the workspace.
 */
const HANDLER = (sdk: string): string => `
import { SQSClient, SendMessageBatchCommand } from ${JSON.stringify(sdk)};
const sqs = new SQSClient({});
export async function handler({ Records }) {
  const batchItemFailures = [];
  for (const { messageId, body, attributes } of Records) {
    console.log(JSON.stringify({ body, count: attributes.ApproximateReceiveCount, at: Date.now() }));
    if (body === 'bad') batchItemFailures.push({ itemIdentifier: messageId });
    const { again } = body.startsWith('{') ? JSON.parse(body) : {};
    if (again === undefined) continue;
    const Entries = again.map((MessageBody, i) => ({ Id: String(i), MessageBody }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: process.env.QUEUE_URL, Entries }));
  }
  return { batchItemFailures };
}
`;

/** A rule that puts events into a queue, a function that takes them from there, and dead letters of both. */
export class QueueStack extends Stack {
  constructor(app: App, id: string, { isAllowedToSend = true } = {}) {
    super(app, id);
    const deadLetters = new sqs.Queue(this, 'DeadLetters', { retentionPeriod: Duration.days(14) });
    const work = new sqs.Queue(this, 'Work', {
      visibilityTimeout: Duration.minutes(5),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: 2 },
    });
    const worker = new lambda.Function(this, 'Worker', {
      runtime: lambda.Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: lambda.Code.fromAsset(writeHandler()),
      timeout: Duration.minutes(1),
      environment: { QUEUE_URL: work.queueUrl },
    });
    worker.addEventSource(new eventSources.SqsEventSource(work, { batchSize: 10, reportBatchItemFailures: true }));
    if (isAllowedToSend) work.grantSendMessages(worker);
    new events.Rule(this, 'Rule', {
      eventPattern: { source: ['test'], detailType: ['Work'] },
      targets: [
        new targets.SqsQueue(work, {
          deadLetterQueue: deadLetters,
          message: events.RuleTargetInput.fromObject({ again: [events.EventField.fromPath('$.detail.word')] }),
        }),
      ],
    });
  }
}

function writeHandler(): string {
  const folder = temporaryFolder('batchrock-handler-');
  writeFileSync(join(folder, 'index.mjs'), HANDLER(import.meta.resolve('@aws-sdk/client-sqs')));
  return folder;
}
