import type { aws_cloudwatch as cloudwatch, aws_stepfunctions as sfn, aws_sns as sns } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import {
  alarmPeriod,
  collectDeadLetters,
  createAlarm,
  failingSweep,
  kickDeadLetters,
  lateKicks,
  tellTopic,
} from '../engine/alarms';
import type { WorkQueue } from '../engine/work-queue';
import type { RunFunctions } from './run-functions';

/** What the alarms look at. */
export interface RunAlarmsProps {
  readonly functions: RunFunctions;
  readonly kicks: WorkQueue;
  readonly collections: WorkQueue;
  readonly stateMachine: sfn.StateMachine;
  readonly notificationTopic?: sns.ITopic;
}

/** Rings when runs are late or lost without it: each alarm says where to look and which command to give. */
export class RunAlarms extends Construct {
  public readonly all: cloudwatch.Alarm[];

  public constructor(scope: Construct, id: string, props: RunAlarmsProps) {
    super(scope, id);
    const { kicks, collections, functions } = props;
    this.all = [
      kickDeadLetters(this, kicks, functions.kick),
      collectDeadLetters(this, collections, functions.collect, 'postprocessFunctionMemoryMb'),
      failingSweep(this, functions.sweep, ', and executions get no sign of life'),
      lateKicks(this, kicks, functions.kick),
      this.failedExecutions(props.stateMachine),
    ];
    tellTopic(this.all, props.notificationTopic);
  }

  private failedExecutions(stateMachine: sfn.StateMachine): cloudwatch.Alarm {
    return createAlarm(this, 'FailedExecutions', {
      metric: stateMachine.metricFailed({ period: alarmPeriod }),
      threshold: 1,
      evaluationPeriods: 1,
      advice: [
        `An execution of ${stateMachine.stateMachineName} failed; its error and cause say why.`,
        'Once that is mended, it goes on where it ended, and pays for nothing twice:',
        'aws stepfunctions redrive-execution --execution-arn <its ARN>',
      ],
    });
  }
}
