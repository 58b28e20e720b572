import { makeTable } from './dynamodb-table.ts';
import { makeEventSourceMapping } from './event-source-mapping.ts';
import { makeRule } from './events-rule.ts';
import { makeManagedPolicy, makePolicy, makeRole } from './iam.ts';
import { makeKey } from './kms.ts';
import { makeEventInvokeConfig, makeFunction } from './lambda.ts';
import type { Maker } from './making.ts';
import { makeAlarm, makeDashboard, makeLogGroup, makeMetricFilter } from './observability.ts';
import { makeBucketPolicy, makePermission, makeQueuePolicy } from './resource-policies.ts';
import { makeBucket } from './s3-bucket.ts';
import { makeTopic, makeTopicPolicy } from './sns.ts';
import { makeQueue } from './sqs-queue.ts';
import { makeStateMachine } from './step-functions.ts';

/** Who makes which type. */
const MAKERS: Readonly<Record<string, Maker>> = {
  'AWS::CDK::Metadata': async ({ logicalId }) => ({ ref: logicalId, attributes: {} }),
  'AWS::CloudWatch::Alarm': makeAlarm,
  'AWS::CloudWatch::Dashboard': makeDashboard,
  'AWS::DynamoDB::Table': makeTable,
  'AWS::Events::Rule': makeRule,
  'AWS::IAM::ManagedPolicy': makeManagedPolicy,
  'AWS::IAM::Policy': makePolicy,
  'AWS::IAM::Role': makeRole,
  'AWS::KMS::Key': makeKey,
  'AWS::Lambda::EventInvokeConfig': makeEventInvokeConfig,
  'AWS::Lambda::EventSourceMapping': makeEventSourceMapping,
  'AWS::Lambda::Function': makeFunction,
  'AWS::Lambda::Permission': makePermission,
  'AWS::Logs::LogGroup': makeLogGroup,
  'AWS::Logs::MetricFilter': makeMetricFilter,
  'AWS::S3::Bucket': makeBucket,
  'AWS::S3::BucketPolicy': makeBucketPolicy,
  'AWS::SNS::Topic': makeTopic,
  'AWS::SNS::TopicPolicy': makeTopicPolicy,
  'AWS::SQS::Queue': makeQueue,
  'AWS::SQS::QueuePolicy': makeQueuePolicy,
  'AWS::StepFunctions::StateMachine': makeStateMachine,
};

/** Who makes a type. Throws with its name where nobody does. */
export function makerOf(type: string): Maker {
  const maker = MAKERS[type];
  if (maker === undefined) throw new Error(`the type ${type} is not known here; known are ${Object.keys(MAKERS).join(', ')}`);
  return maker;
}
