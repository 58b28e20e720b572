import { CreateQueueCommand, type QueueAttributeName } from '@aws-sdk/client-sqs';
import type { Maker } from './making.ts';
import { arnOf, physicalName, refuseUpdate } from './making.ts';
import { recordOf, refuse, textOf } from './properties.ts';

const ATTRIBUTES: Readonly<Record<string, QueueAttributeName>> = {
  MessageRetentionPeriod: 'MessageRetentionPeriod',
  VisibilityTimeout: 'VisibilityTimeout',
  DelaySeconds: 'DelaySeconds',
  KmsMasterKeyId: 'KmsMasterKeyId',
  MaximumMessageSize: 'MaximumMessageSize',
  ReceiveMessageWaitTimeSeconds: 'ReceiveMessageWaitTimeSeconds',
  SqsManagedSseEnabled: 'SqsManagedSseEnabled',
};

/** `AWS::SQS::Queue`, a standard one. */
export const makeQueue: Maker = async (making) => {
  refuseUpdate(making);
  refuse(making.properties, 'FifoQueue', 'RedriveAllowPolicy');
  const name = textOf(making.properties['QueueName']) ?? physicalName(making, 80);
  const Attributes = Object.fromEntries(
    Object.entries(ATTRIBUTES).flatMap(([property, attribute]) => {
      const value = textOf(making.properties[property]);
      return value === undefined ? [] : [[attribute, value]];
    }),
  );
  const { deadLetterTargetArn, maxReceiveCount } = recordOf(making.properties['RedrivePolicy']);
  if (deadLetterTargetArn !== undefined) {
    Attributes['RedrivePolicy'] = JSON.stringify({ deadLetterTargetArn, maxReceiveCount });
  }
  const { QueueUrl = '' } = await making.account.clients.sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }));
  return { ref: QueueUrl, attributes: { Arn: arnOf(making, 'sqs', name), QueueName: name, QueueUrl } };
};
