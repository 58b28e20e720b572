import { isRecord } from '../template/index.ts';
import { arnOf, type Maker, physicalName } from './making.ts';
import { numberOf, recordOf, recordsOf, refuse, requiredText, textOf } from './properties.ts';

const SECONDS: Readonly<Record<string, number>> = { minute: 60, hour: 3600, day: 86_400 };

/** `AWS::Events::Rule`, on our own bus: patterns and rates, with targets that are functions. */
export const makeRule: Maker = async (making) => {
  const { account, properties } = making;
  refuse(properties, 'EventBusName', 'RoleArn');
  const name = textOf(properties['Name']) ?? physicalName(making, 64);
  const arn = arnOf(making, 'events', `rule/${name}`);
  const schedule = textOf(properties['ScheduleExpression']);
  const pattern = properties['EventPattern'];
  account.addRule({
    name,
    arn,
    ...(isRecord(pattern) && { pattern }),
    ...(schedule !== undefined && { scheduleSeconds: secondsOf(schedule) }),
    enabled: (textOf(properties['State']) ?? 'ENABLED') === 'ENABLED',
    targets: recordsOf(properties['Targets']).map((target) => {
      refuse(target, 'InputPath', 'InputTransformer', 'RoleArn');
      const input = textOf(target['Input']);
      const deadLetterArn = textOf(recordOf(target['DeadLetterConfig'])['Arn']);
      const maxRetries = numberOf(recordOf(target['RetryPolicy'])['MaximumRetryAttempts']);
      return {
        arn: requiredText(target, 'Arn'),
        ...(input !== undefined && { input }),
        ...(deadLetterArn !== undefined && { deadLetterArn }),
        ...(maxRetries !== undefined && { maxRetries }),
      };
    }),
  });
  return { ref: name, attributes: { Arn: arn } };
};

/** The seconds of `rate(5 minutes)`. Throws for anything else. */
export function secondsOf(schedule: string): number {
  const [, count = '', unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(schedule) ?? [];
  const seconds = SECONDS[unit];
  if (seconds === undefined) throw new Error(`the schedule "${schedule}" is not carried out here; a rate is`);
  return Number(count) * seconds;
}
