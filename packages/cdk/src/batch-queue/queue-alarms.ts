import type { aws_cloudwatch as cloudwatch, aws_sns as sns } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import {
  collectDeadLetters,
  deadLettersAlarm,
  errorsOf,
  failingSweep,
  kickDeadLetters,
  lateKicks,
  lateMessages,
  moveBack,
  tellTopic,
} from '../engine/alarms';
import type { WorkQueue } from '../engine/work-queue';
import type { FileFunctions } from './file-functions';

/** The queues of messages of a `BatchQueue`. */
export interface FileQueues {
  readonly intake: WorkQueue;
  readonly kicks: WorkQueue;
  readonly collections: WorkQueue;
  readonly finishes: WorkQueue;
}

/** What the alarms look at, and whom they tell. */
export interface QueueAlarmsProps {
  readonly functions: FileFunctions;
  readonly queues: FileQueues;
  readonly topic: sns.ITopic;
}

/** Rings when files are late or lost without it: each alarm says where to look and which command to give. */
export class QueueAlarms extends Construct {
  public readonly all: cloudwatch.Alarm[];

  public constructor(scope: Construct, id: string, { functions, queues, topic }: QueueAlarmsProps) {
    super(scope, id);
    const { intake, kicks, collections, finishes } = queues;
    this.all = [
      deadLettersAlarm(this, 'IntakeDeadLetters', intake, [
        `A file that was put below to-process/ could not be taken in five tries: ${intake.deadLetters.queueUrl}.`,
        errorsOf(functions.take),
        'Its own faults do not end here, but below failed/. Once what is wrong is mended, hand the messages back:',
        moveBack(intake.deadLetters.queueArn),
      ]),
      kickDeadLetters(this, kicks, functions.kick),
      collectDeadLetters(this, collections, functions.collect, 'postprocessFunctionMemoryMb'),
      deadLettersAlarm(this, 'FinishDeadLetters', finishes, [
        `The results of a file could not be written in five tries: ${finishes.deadLetters.queueUrl}.`,
        errorsOf(functions.finish),
        'Nothing is lost, the sweep asks again; once what is wrong is mended, hand the messages back:',
        moveBack(finishes.deadLetters.queueArn),
      ]),
      failingSweep(this, functions.sweep, ''),
      lateMessages(this, 'LateIntake', intake, [
        `Files wait for longer than a quarter of an hour to be looked at: ${intake.queue.queueUrl}.`,
        'More come than are taken in at once (maxConcurrentFiles), or the function has no room among the concurrent executions of',
        `the account, or it fails. ${errorsOf(functions.take)}`,
      ]),
      lateKicks(this, kicks, functions.kick),
    ];
    tellTopic(this.all, topic);
  }
}
