import { Duration, aws_events as events, type aws_lambda as lambda, Stack, aws_events_targets as targets } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { WorkQueue } from './work-queue';

/**
 * How a job ends (API reference of GetModelInvocationJob, 2026-11): a slot is free. That one lives is no reason to wake anybody; the
 * sweep writes down how far it is.
 */
const ends = ['Completed', 'PartiallyCompleted', 'Failed', 'Expired', 'Stopped'];

/** What wakes the functions: Bedrock's events, which are best effort, and a schedule, which makes up for the lost ones. */
export class JobEvents extends Construct {
  public constructor(scope: Construct, id: string, props: { readonly kicks: WorkQueue; readonly sweep: lambda.Function }) {
    super(scope, id);
    const { kicks, sweep } = props;
    new events.Rule(this, 'JobStateChanges', {
      description: 'Amazon Bedrock batch inference jobs that have ended',
      eventPattern: {
        source: ['aws.bedrock'],
        detailType: ['Batch Inference Job State Change'],
        account: [Stack.of(this).account],
        detail: { status: ends },
      },
      targets: [new targets.SqsQueue(kicks.queue, { deadLetterQueue: kicks.deadLetters })],
    });
    // the next sweep does the same work, so one that fails or is late is not repeated
    sweep.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(5) });
    new events.Rule(this, 'Sweep', {
      description: 'A look at all open runs, since events are best effort',
      schedule: events.Schedule.rate(Duration.minutes(5)),
      targets: [
        new targets.LambdaFunction(sweep, {
          event: events.RuleTargetInput.fromObject({ sweep: true }),
          retryAttempts: 0,
          maxEventAge: Duration.minutes(5),
        }),
      ],
    });
  }
}
