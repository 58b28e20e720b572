import { createHash } from 'node:crypto';
import { permission } from '../judge/index.ts';
import { checkMapping, type Mapping, POLLING_ACTIONS } from '../sources/index.ts';
import { arnOf, type Maker, type Making } from './making.ts';
import { numberOf, recordOf, refuse, requiredText, textOf, textsOf } from './properties.ts';

/** `AWS::Lambda::EventSourceMapping` of a queue. */
export const makeEventSourceMapping: Maker = async (making) => {
  const { account, properties } = making;
  refuse(properties, 'FilterCriteria', 'ProvisionedPollerConfig', 'DestinationConfig', 'StartingPosition', 'KmsKeyArn');
  const mapping = mappingOf(making);
  const settings = account.functions.get(mapping.functionName);
  if (settings === undefined) throw new Error(`Function does not exist: ${mapping.functionName}`);
  const queue = account.queues.get(mapping.queueArn);
  const refused = await refusedTo(making, settings.roleArn, mapping.queueArn);
  const { visibilitySeconds } = queue.settings;
  checkMapping(mapping, { visibilitySeconds, timeoutSeconds: settings.timeoutSeconds, refused });
  account.setMapping(mapping);
  const EventSourceMappingArn = arnOf(making, 'lambda', `event-source-mapping:${mapping.id}`);
  return { ref: mapping.id, attributes: { Id: mapping.id, EventSourceMappingArn } };
};

function mappingOf({ properties, stackName, logicalId }: Making): Mapping {
  const queueArn = requiredText(properties, 'EventSourceArn');
  if (queueArn.split(':')[2] !== 'sqs') throw new Error(`the event source ${queueArn} is no queue; only queues are polled here`);
  const hex = createHash('sha256').update(`${stackName}/${logicalId}`).digest('hex');
  const maximumConcurrency = numberOf(recordOf(properties['ScalingConfig'])['MaximumConcurrency']);
  return {
    id: [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-'),
    queueArn,
    // a name, or an ARN that ends with it
    functionName: requiredText(properties, 'FunctionName').split(':').at(-1) ?? '',
    isEnabled: textOf(properties['Enabled']) !== 'false',
    batchSize: numberOf(properties['BatchSize']) ?? 10,
    windowSeconds: numberOf(properties['MaximumBatchingWindowInSeconds']) ?? 0,
    ...(maximumConcurrency !== undefined && { maximumConcurrency }),
    reportsItemFailures: textsOf(properties['FunctionResponseTypes']).includes('ReportBatchItemFailures'),
  };
}

async function refusedTo({ account }: Making, roleArn: string, queueArn: string): Promise<readonly string[]> {
  const refused: string[] = [];
  for (const action of POLLING_ACTIONS) {
    const { allowed } = await account.judge.judge({ kind: 'role', roleArn }, permission(`sqs:${action}`, queueArn));
    if (!allowed) refused.push(action);
  }
  return refused;
}
