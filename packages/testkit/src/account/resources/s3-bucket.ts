import { CreateBucketCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import type { Maker } from './making.ts';
import { physicalName, refuseUpdate } from './making.ts';
import { recordOf, refuse, textOf } from './properties.ts';

/** `AWS::S3::Bucket`, on what holds the account's objects. */
export const makeBucket: Maker = async (making) => {
  refuseUpdate(making);
  const { keepsVersions, clients } = making.account;
  const { s3 } = clients;
  const { region, partition } = making.account.place;
  const { BucketName, VersioningConfiguration, NotificationConfiguration } = making.properties;
  const notifications = recordOf(NotificationConfiguration);
  refuse(notifications, 'LambdaConfigurations', 'QueueConfigurations', 'TopicConfigurations');
  const name = textOf(BucketName) ?? physicalName(making, 63).toLowerCase();
  const isHome = region === 'us-east-1';
  await s3.send(
    new CreateBucketCommand({
      Bucket: name,
      ...(!isHome && { CreateBucketConfiguration: { LocationConstraint: region as 'eu-west-1' } }),
    }),
  );
  if (keepsVersions && recordOf(VersioningConfiguration)['Status'] === 'Enabled') {
    await s3.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration: { Status: 'Enabled' } }));
  }
  if (notifications['EventBridgeConfiguration'] !== undefined) making.account.tellingBuckets.add(name);
  return {
    ref: name,
    attributes: {
      Arn: `arn:${partition}:s3:::${name}`,
      DomainName: `${name}.s3.amazonaws.com`,
      RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
    },
  };
};
