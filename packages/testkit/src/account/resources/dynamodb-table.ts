import {
  CreateTableCommand,
  type CreateTableCommandInput,
  UpdateContinuousBackupsCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import type { Maker } from './making.ts';
import { arnOf, physicalName, refuseUpdate } from './making.ts';
import { recordOf, recordsOf, refuse, textOf } from './properties.ts';

/** `AWS::DynamoDB::Table`, on moto. */
export const makeTable: Maker = async (making) => {
  refuseUpdate(making);
  const { dynamodb } = making.account.clients;
  const { properties } = making;
  refuse(properties, 'StreamSpecification', 'ImportSourceSpecification', 'KinesisStreamSpecification');
  const name = textOf(properties['TableName']) ?? physicalName(making, 255);
  const { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes, LocalSecondaryIndexes } = properties;
  // The shapes of a template are those of the API.
  const input = {
    TableName: name,
    KeySchema,
    AttributeDefinitions,
    BillingMode: textOf(properties['BillingMode']) ?? 'PROVISIONED',
    ...(GlobalSecondaryIndexes && { GlobalSecondaryIndexes: recordsOf(GlobalSecondaryIndexes) }),
    ...(LocalSecondaryIndexes && { LocalSecondaryIndexes: recordsOf(LocalSecondaryIndexes) }),
    ...(properties['ProvisionedThroughput'] && { ProvisionedThroughput: properties['ProvisionedThroughput'] }),
  };
  await dynamodb.send(new CreateTableCommand(input as unknown as CreateTableCommandInput));
  const { AttributeName } = recordOf(properties['TimeToLiveSpecification']);
  if (AttributeName !== undefined) {
    const TimeToLiveSpecification = { AttributeName: String(AttributeName), Enabled: true };
    await dynamodb.send(new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification }));
  }
  if (recordOf(properties['PointInTimeRecoverySpecification'])['PointInTimeRecoveryEnabled'] === true) {
    const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
    await dynamodb.send(new UpdateContinuousBackupsCommand({ TableName: name, PointInTimeRecoverySpecification }));
  }
  return { ref: name, attributes: { Arn: arnOf(making, 'dynamodb', `table/${name}`) } };
};
