import {
  aws_cloudwatch as cloudwatch,
  aws_cloudwatch_actions as cloudwatchActions,
  Duration,
  type aws_lambda as lambda,
  type aws_sns as sns,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { WorkQueue } from './work-queue';

/** The steps in which CloudWatch looks at queues, and the schedule's. */
export const alarmPeriod = Duration.minutes(5);

/** A message that waits for longer is late by more than a sweep would be. */
const oldestMessage = Duration.minutes(15);

/** When an alarm rings, and what its description says. */
export interface AlarmDetails {
  readonly metric: cloudwatch.IMetric;
  readonly threshold: number;
  readonly evaluationPeriods: number;
  /** Sentences: what happened, where to look and which command to give. */
  readonly advice: readonly string[];
}

/** An alarm that rings when a metric reaches a number; no data is no alarm. */
export function createAlarm(scope: Construct, id: string, details: AlarmDetails): cloudwatch.Alarm {
  const { metric, threshold, evaluationPeriods, advice } = details;
  return new cloudwatch.Alarm(scope, id, {
    alarmDescription: advice.join(' '),
    metric,
    threshold,
    evaluationPeriods,
    comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
  });
}

/** Has a topic told when an alarm rings, and when it ends; nobody where there is none. */
export function tellTopic(alarms: readonly cloudwatch.Alarm[], topic: sns.ITopic | undefined): void {
  if (topic === undefined) return;
  const action = new cloudwatchActions.SnsAction(topic);
  for (const alarm of alarms) {
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
  }
}

/** A sentence that says where a function's errors are. */
export function errorsOf(worker: lambda.Function): string {
  return `Why: the errors in the log group ${worker.logGroup.logGroupName}.`;
}

/** Rings when a queue's dead-letter queue holds anything. */
export function deadLettersAlarm(scope: Construct, id: string, queue: WorkQueue, advice: readonly string[]): cloudwatch.Alarm {
  const metric = queue.deadLetters.metricApproximateNumberOfMessagesVisible({ period: alarmPeriod });
  return createAlarm(scope, id, { metric, threshold: 1, evaluationPeriods: 1, advice });
}

/** Rings when events of jobs are dead letters. */
export function kickDeadLetters(scope: Construct, kicks: WorkQueue, kick: lambda.Function): cloudwatch.Alarm {
  const { queueUrl } = kicks.deadLetters;
  return deadLettersAlarm(scope, 'KickDeadLetters', kicks, [
    `Events of batch inference jobs failed five times and lie in the queue ${queueUrl}.`,
    errorsOf(kick),
    'Nothing is lost: the sweep looks at every open job. Once that is mended, empty the queue, or the alarm goes on:',
    `aws sqs purge-queue --queue-url ${queueUrl}`,
  ]);
}

/** Rings when the output of a job could not be collected. `memoryProp` names the prop by which the function gets more memory. */
export function collectDeadLetters(
  scope: Construct,
  collections: WorkQueue,
  collect: lambda.Function,
  memoryProp: string,
): cloudwatch.Alarm {
  const { queueUrl, queueArn } = collections.deadLetters;
  return deadLettersAlarm(scope, 'CollectDeadLetters', collections, [
    `The output of a job could not be collected in five tries, and its run waits for it: ${queueUrl}.`,
    errorsOf(collect),
    `Memory is what runs short first (${memoryProp}). Once that is mended, hand the messages back:`,
    moveBack(queueArn),
  ]);
}

/** The command that hands dead letters back to their queue. */
export function moveBack(deadLettersArn: string): string {
  return `aws sqs start-message-move-task --source-arn ${deadLettersArn}`;
}

/** Rings when the sweep fails for a quarter of an hour. `missing` says what else is not done then. */
export function failingSweep(scope: Construct, sweep: lambda.Function, missing: string): cloudwatch.Alarm {
  const payload = `--cli-binary-format raw-in-base64-out --payload '{"sweep":true}'`;
  return createAlarm(scope, 'FailingSweep', {
    metric: sweep.metricErrors({ period: alarmPeriod }),
    threshold: 1,
    evaluationPeriods: 3,
    advice: [
      `The sweep of batch inference runs failed in three periods one after the other: lost events are not made up for${missing}.`,
      errorsOf(sweep),
      'Nothing is lost: once that is mended, the next sweep goes on, or now:',
      `aws lambda invoke --function-name ${sweep.functionName} --invocation-type Event ${payload} /dev/null`,
    ],
  });
}

/** Rings when events of jobs wait for longer than a quarter of an hour. */
export function lateKicks(scope: Construct, kicks: WorkQueue, kick: lambda.Function): cloudwatch.Alarm {
  return lateMessages(scope, 'LateKicks', kicks, [
    `Events of batch inference jobs wait for longer than ${oldestMessage.toMinutes()} minutes, so that slots stand empty:`,
    `${kicks.queue.queueUrl}. Either the function has no room among the concurrent executions of the account, or it fails.`,
    errorsOf(kick),
  ]);
}

/** Rings when the messages of a queue wait for longer than a quarter of an hour. */
export function lateMessages(scope: Construct, id: string, queue: WorkQueue, advice: readonly string[]): cloudwatch.Alarm {
  const metric = queue.queue.metricApproximateAgeOfOldestMessage({ period: alarmPeriod });
  return createAlarm(scope, id, { metric, threshold: oldestMessage.toSeconds(), evaluationPeriods: 2, advice });
}
