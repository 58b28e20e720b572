import {
  Duration,
  aws_lambda_event_sources as eventSources,
  type aws_lambda as lambda,
  RemovalPolicy,
  aws_sqs as sqs,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { suppressNag } from '../nag/nag-suppressions';

/** How a function takes messages. */
export interface WorkQueueProps {
  /** Of the function. */
  readonly timeout: Duration;
}

/**
 * A message stays hidden this many times as long as its function may run (Lambda developer guide, "Using Lambda with Amazon SQS",
 * 2026-11): a batch that Lambda was throttled on is tried again within that time.
 */
const visibilityFactor = 6;

/** How often a message is handed out before it is a dead letter; Lambda's guide asks for at least 5. */
const mostReceives = 5;

/** Messages for a function, each until it succeeds, and a queue for those that never do. */
export class WorkQueue extends Construct {
  public readonly queue: sqs.Queue;
  public readonly deadLetters: sqs.Queue;

  public constructor(scope: Construct, id: string, { timeout }: WorkQueueProps) {
    super(scope, id);
    const safe = { encryption: sqs.QueueEncryption.SQS_MANAGED, enforceSSL: true, removalPolicy: RemovalPolicy.DESTROY };
    this.deadLetters = new sqs.Queue(this, 'DeadLetters', { ...safe, retentionPeriod: Duration.days(14) });
    this.queue = new sqs.Queue(this, 'Queue', {
      ...safe,
      visibilityTimeout: Duration.seconds(timeout.toSeconds() * visibilityFactor),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: mostReceives },
    });
    const reason = 'This queue is the dead-letter queue of another';
    suppressNag(this.deadLetters.node.defaultChild as sqs.CfnQueue, 'AwsSolutions-SQS3', reason);
  }

  /** Has a function called with the messages, at most so many of them at once. */
  public feed(worker: lambda.Function, props: { readonly batchSize: number; readonly maxConcurrency: number }): void {
    worker.addEventSource(new eventSources.SqsEventSource(this.queue, { ...props, reportBatchItemFailures: true }));
  }
}
