import type { RuleTarget } from '../events/index.ts';
import { isRecord } from '../template/index.ts';
import { arnOf, type Maker, physicalName } from './making.ts';
import { numberOf, type Properties, recordOf, recordsOf, refuse, requiredText, textOf } from './properties.ts';

/** `AWS::Events::Rule`, on our own bus. Its targets are functions and queues. */
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
    ...(schedule !== undefined && { schedule }),
    enabled: (textOf(properties['State']) ?? 'ENABLED') === 'ENABLED',
    targets: recordsOf(properties['Targets']).map(targetOf),
  });
  return { ref: name, attributes: { Arn: arn } };
};

function targetOf(target: Properties): RuleTarget {
  refuse(target, 'RoleArn', 'SqsParameters');
  const input = textOf(target['Input']);
  const inputPath = textOf(target['InputPath']);
  const transformer = target['InputTransformer'];
  const deadLetterArn = textOf(recordOf(target['DeadLetterConfig'])['Arn']);
  const maxRetries = numberOf(recordOf(target['RetryPolicy'])['MaximumRetryAttempts']);
  const maxAgeSeconds = numberOf(recordOf(target['RetryPolicy'])['MaximumEventAgeInSeconds']);
  return {
    arn: requiredText(target, 'Arn'),
    ...(input !== undefined && { input }),
    ...(inputPath !== undefined && { inputPath }),
    ...(isRecord(transformer) && { inputTransformer: transformerOf(transformer) }),
    ...(deadLetterArn !== undefined && { deadLetterArn }),
    ...(maxRetries !== undefined && { maxRetries }),
    ...(maxAgeSeconds !== undefined && { maxAgeSeconds }),
  };
}

function transformerOf(transformer: Properties): NonNullable<RuleTarget['inputTransformer']> {
  const paths = Object.entries(recordOf(transformer['InputPathsMap']));
  return {
    inputPathsMap: Object.fromEntries(paths.map(([name, path]) => [name, String(path)])),
    inputTemplate: requiredText(transformer, 'InputTemplate'),
  };
}
