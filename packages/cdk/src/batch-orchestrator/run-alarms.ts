import {
  aws_cloudwatch as cloudwatch,
  aws_cloudwatch_actions as cloudwatchActions,
  Duration,
  type aws_lambda as lambda,
  type aws_stepfunctions as sfn,
  type aws_sns as sns,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { RunFunctions } from './run-functions';
import type { WorkQueue } from './work-queue';

/** What the alarms look at. */
export interface RunAlarmsProps {
  readonly functions: RunFunctions;
  readonly kicks: WorkQueue;
  readonly collections: WorkQueue;
  readonly stateMachine: sfn.StateMachine;
  readonly notificationTopic?: sns.ITopic;
}

/** The steps in which CloudWatch looks at queues, and the schedule's. */
const period = Duration.minutes(5);

/** An event that waits for longer is late by more than a sweep would be. */
const oldestKick = Duration.minutes(15);

/** Rings when runs are late or lost without it: each alarm says where to look and which command to give. */
export class RunAlarms extends Construct {
  public readonly all: cloudwatch.Alarm[];
  readonly #props: RunAlarmsProps;

  public constructor(scope: Construct, id: string, props: RunAlarmsProps) {
    super(scope, id);
    this.#props = props;
    this.all = [
      this.kickDeadLetters(),
      this.collectDeadLetters(),
      this.failingSweep(),
      this.lateKicks(),
      this.failedExecutions(),
    ];
    if (props.notificationTopic === undefined) return;
    const action = new cloudwatchActions.SnsAction(props.notificationTopic);
    for (const alarm of this.all) {
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
    }
  }

  private kickDeadLetters(): cloudwatch.Alarm {
    const { kicks, functions } = this.#props;
    const { queueUrl } = kicks.deadLetters;
    const metric = kicks.deadLetters.metricApproximateNumberOfMessagesVisible({ period });
    return this.alarm('KickDeadLetters', metric, 1, 1, [
      `Events of batch inference jobs failed five times and lie in the queue ${queueUrl}.`,
      errorsOf(functions.kick),
      'Nothing is lost: the sweep looks at every open job. Once that is mended, empty the queue, or the alarm goes on:',
      `aws sqs purge-queue --queue-url ${queueUrl}`,
    ]);
  }

  private collectDeadLetters(): cloudwatch.Alarm {
    const { collections, functions } = this.#props;
    const metric = collections.deadLetters.metricApproximateNumberOfMessagesVisible({ period });
    return this.alarm('CollectDeadLetters', metric, 1, 1, [
      `The output of a job could not be collected in five tries, and its run waits for it: ${collections.deadLetters.queueUrl}.`,
      errorsOf(functions.collect),
      'Memory is what runs short first (postprocessFunctionMemoryMb). Once that is mended, hand the messages back:',
      `aws sqs start-message-move-task --source-arn ${collections.deadLetters.queueArn}`,
    ]);
  }

  private failingSweep(): cloudwatch.Alarm {
    const { sweep } = this.#props.functions;
    const payload = `--cli-binary-format raw-in-base64-out --payload '{"sweep":true}'`;
    return this.alarm('FailingSweep', sweep.metricErrors({ period }), 1, 3, [
      'The sweep of batch inference runs failed in three periods one after the other: lost events are not made up for, and',
      'executions get no sign of life.',
      errorsOf(sweep),
      'Nothing is lost: once that is mended, the next sweep goes on, or now:',
      `aws lambda invoke --function-name ${sweep.functionName} --invocation-type Event ${payload} /dev/null`,
    ]);
  }

  private lateKicks(): cloudwatch.Alarm {
    const { kicks, functions } = this.#props;
    const metric = kicks.queue.metricApproximateAgeOfOldestMessage({ period });
    return this.alarm('LateKicks', metric, oldestKick.toSeconds(), 2, [
      `Events of batch inference jobs wait for longer than ${oldestKick.toMinutes()} minutes, so that slots stand empty:`,
      `${kicks.queue.queueUrl}. Either the function has no room among the concurrent executions of the account, or it fails.`,
      errorsOf(functions.kick),
    ]);
  }

  private failedExecutions(): cloudwatch.Alarm {
    const { stateMachine } = this.#props;
    return this.alarm('FailedExecutions', stateMachine.metricFailed({ period }), 1, 1, [
      `An execution of ${stateMachine.stateMachineName} failed; its error and cause say why.`,
      'Once that is mended, it goes on where it ended, and pays for nothing twice:',
      'aws stepfunctions redrive-execution --execution-arn <its ARN>',
    ]);
  }

  private alarm(id: string, metric: cloudwatch.IMetric, threshold: number, evaluationPeriods: number, advice: string[]) {
    return new cloudwatch.Alarm(this, id, {
      alarmDescription: advice.join(' '),
      metric,
      threshold,
      evaluationPeriods,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  }
}

function errorsOf(worker: lambda.Function): string {
  return `Why: the errors in the log group ${worker.logGroup.logGroupName}.`;
}
