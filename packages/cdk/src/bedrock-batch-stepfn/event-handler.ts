import {
  aws_cloudwatch as cloudwatch,
  Duration,
  aws_lambda_destinations as destinations,
  aws_events as events,
  aws_iam as iam,
  Lazy,
  aws_lambda as lambda,
  aws_logs as logs,
  RemovalPolicy,
  Stack,
  aws_sqs as sqs,
  Token,
  aws_events_targets as targets,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { HandlerFunction } from '../functions/handler-function';
import { LogLevel } from '../functions/log-level';
import { explainWildcards, suppressNag } from '../nag/nag-suppressions';
import { WaiterTable } from './waiter-table';

/** What the fragments of a stack say of the handler that they share. */
export interface EventHandlerSettings {
  readonly logRetention?: logs.RetentionDays;
  readonly logLevel?: LogLevel;
  readonly tracing?: lambda.Tracing;
  readonly sweepInterval?: Duration;
}

/** The id of the original's handler, kept so that deployed stacks update it in place. */
const handlerId = 'BedrockInferenceJobEventHandler330899f022e34160002006bb8b09cc5b';

const mostSweepMinutes = 60;

/** The steps in which CloudWatch looks at the queue and, at least, at the function. */
const alarmPeriod = Duration.minutes(5);

/** The original's handlers ran for 60 seconds; a sweep over hundreds of open jobs may need more. */
const timeout = Duration.minutes(5);

/**
 * What tells Step Functions that jobs have ended, once for each stack: a function that Bedrock's events and a schedule call,
 * the table of those who wait, and a queue with alarms for what fails all the same.
 */
export class EventHandler extends Construct implements iam.IGrantable {
  public readonly grantPrincipal: iam.IPrincipal;
  public readonly function: lambda.Function;
  public readonly table: WaiterTable;
  public readonly deadLetterQueue: sqs.Queue;
  public readonly alarm: cloudwatch.Alarm;
  public readonly errorAlarm: cloudwatch.Alarm;
  private readonly settings: EventHandlerSettings;
  private readonly roleArns: string[] = [];

  private constructor(scope: Construct, settings: EventHandlerSettings) {
    super(scope, handlerId);
    this.settings = settings;
    this.table = new WaiterTable(this, 'Waiters');
    this.deadLetterQueue = new sqs.Queue(this, 'DeadLetters', {
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.function = new HandlerFunction(this, 'BedrockEventHandler', {
      // a fragment hands all of its props over: its timeout is the job's, not the function's
      ...settings,
      handler: 'bedrock-inference-job-event',
      description: 'Answers the tasks whose Amazon Bedrock batch inference jobs have ended',
      timeout,
      environment: {
        ...this.table.environment,
        BATCH_ROLE_ARNS: Lazy.string({ produce: () => this.roleArns.join(',') }),
      },
    });
    this.grantPrincipal = this.function.grantPrincipal;
    this.function.configureAsyncInvoke({ onFailure: new destinations.SqsDestination(this.deadLetterQueue) });
    this.table.grantAnswers(this.function);
    this.grantJobsAndTasks();
    this.addRules();
    this.alarm = this.alarmOfDeadLetters();
    this.errorAlarm = this.alarmOfErrors();
    explainWildcards(this);
    suppressNag(
      this.deadLetterQueue.node.defaultChild as sqs.CfnQueue,
      'AwsSolutions-SQS3',
      'This queue is the dead-letter queue of the event handler',
    );
  }

  /** The handler of the stack in which a fragment lies. Throws when the fragments of that stack want different ones. */
  public static of(scope: Construct, settings: EventHandlerSettings): EventHandler {
    const stack = Stack.of(scope);
    const known = stack.node.tryFindChild(handlerId) as EventHandler | undefined;
    if (known === undefined) return new EventHandler(stack, settings);
    known.refuseOther(scope, settings);
    return known;
  }

  /** A role whose jobs this handler answers for, also those that the original construct made before an update. */
  public addBatchRole(role: iam.IRole): void {
    this.roleArns.push(role.roleArn);
  }

  private grantJobsAndTasks(): void {
    this.function.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ['bedrock:GetModelInvocationJob', 'bedrock:StopModelInvocationJob', 'bedrock:ListTagsForResource'],
        resources: [Stack.of(this).formatArn({ service: 'bedrock', resource: 'model-invocation-job', resourceName: '*' })],
      }),
    );
    this.function.addToRolePolicy(new iam.PolicyStatement({ actions: ['bedrock:ListModelInvocationJobs'], resources: ['*'] }));
    this.function.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ['states:SendTaskSuccess', 'states:SendTaskFailure', 'states:SendTaskHeartbeat'],
        resources: ['*'],
      }),
    );
  }

  private addRules(): void {
    const delivery = { deadLetterQueue: this.deadLetterQueue, maxEventAge: Duration.hours(24), retryAttempts: 185 };
    new events.Rule(this, 'BedrockInferenceJobEventHandler', {
      description: 'The end of Amazon Bedrock batch inference jobs',
      eventPattern: {
        source: ['aws.bedrock'],
        detailType: ['Batch Inference Job State Change'],
        detail: { status: ['Completed', 'PartiallyCompleted', 'Failed', 'Expired', 'Stopped'] },
      },
      targets: [new targets.LambdaFunction(this.function, delivery)],
    });
    new events.Rule(this, 'Sweep', {
      description: 'A look at all open batch inference jobs, since events are best effort',
      schedule: events.Schedule.rate(sweepIntervalOf(this.settings)),
      targets: [
        new targets.LambdaFunction(this.function, {
          event: events.RuleTargetInput.fromObject({ sweep: true }),
          // the next sweep does the same work, so a delivery that is late is not repeated; Lambda itself repeats a sweep that
          // fails, twice, and then keeps it as a dead letter like any event, since it tells the two apart by nothing
          retryAttempts: 0,
          maxEventAge: Duration.minutes(5),
          deadLetterQueue: this.deadLetterQueue,
        }),
      ],
    });
  }

  private alarmOfDeadLetters(): cloudwatch.Alarm {
    return new cloudwatch.Alarm(this, 'DeadLetterAlarm', {
      alarmDescription: this.adviceOnDeadLetters(),
      metric: this.deadLetterQueue.metricApproximateNumberOfMessagesVisible({ period: alarmPeriod }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  }

  private alarmOfErrors(): cloudwatch.Alarm {
    return new cloudwatch.Alarm(this, 'ErrorAlarm', {
      alarmDescription: this.adviceOnErrors(),
      // no step without a sweep: one in which nothing is called counts as a good one
      metric: this.function.metricErrors({ period: longerOf(alarmPeriod, sweepIntervalOf(this.settings)) }),
      threshold: 1,
      evaluationPeriods: 3,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  }

  private adviceOnDeadLetters(): string {
    const { queueUrl } = this.deadLetterQueue;
    return (
      `An event of a batch inference job, or a sweep, failed three times and lies in the queue ${queueUrl}. ` +
      `${this.whereToLook()} Once that is mended, the next sweep answers every open job of BedrockBatchSfn, or now: ` +
      `${this.sweepCommand()} Then empty the queue, or the alarm goes on: aws sqs purge-queue --queue-url ${queueUrl}`
    );
  }

  private adviceOnErrors(): string {
    return (
      'The event handler of batch inference jobs failed in three periods one after the other; executions may wait for jobs that ' +
      `have ended. ${this.whereToLook()} Nothing is lost: once that is mended, the next sweep answers every open job, or now: ` +
      `${this.sweepCommand()} Dead letters that came with it: ${this.deadLetterQueue.queueUrl}`
    );
  }

  private whereToLook(): string {
    return `Why: the errors in the log group ${this.function.logGroup.logGroupName}.`;
  }

  private sweepCommand(): string {
    const payload = `--cli-binary-format raw-in-base64-out --payload '{"sweep":true}'`;
    return `aws lambda invoke --function-name ${this.function.functionName} --invocation-type Event ${payload} /dev/null`;
  }

  private refuseOther(scope: Construct, settings: EventHandlerSettings): void {
    const [mine, other] = [meantBy(this.settings), meantBy(settings)];
    for (const name of ['logRetention', 'logLevel', 'tracing', 'sweepInterval'] as const) {
      if (mine[name] === other[name]) continue;
      throw new Error(
        `${scope.node.path}: ${name} is ${other[name]}, and another fragment of the same stack said ${mine[name]}; ` +
          'both share one event handler, so give both the same',
      );
    }
  }
}

/** Settings with their defaults: to leave one out is to give its default, and 1 hour is 60 minutes. */
function meantBy(settings: EventHandlerSettings): Record<keyof EventHandlerSettings, string | number> {
  const interval = sweepIntervalOf(settings);
  return {
    logRetention: settings.logRetention ?? logs.RetentionDays.ONE_MONTH,
    logLevel: settings.logLevel ?? LogLevel.INFO,
    tracing: settings.tracing ?? lambda.Tracing.DISABLED,
    sweepInterval: isKnown(interval) ? `${interval.toMinutes()} minutes` : interval.toString(),
  };
}

function longerOf(shortest: Duration, interval: Duration): Duration {
  return isKnown(interval) && interval.toMinutes() > shortest.toMinutes() ? interval : shortest;
}

function isKnown(interval: Duration): boolean {
  return !Token.isUnresolved(interval) && !interval.isUnresolved();
}

function sweepIntervalOf({ sweepInterval = Duration.minutes(5) }: EventHandlerSettings): Duration {
  if (!isKnown(sweepInterval)) return sweepInterval;
  const minutes = sweepInterval.toMinutes({ integral: false });
  if (Number.isInteger(minutes) && minutes >= 1 && minutes <= mostSweepMinutes) return sweepInterval;
  throw new Error(
    `sweepInterval must be a whole number of minutes from 1 to ${mostSweepMinutes}; ${sweepInterval.toString()} was given`,
  );
}
