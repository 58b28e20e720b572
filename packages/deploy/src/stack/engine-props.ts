import type { BatchOrchestratorProps } from '@batchrock/cdk';
import { Duration, aws_dynamodb as dynamodb, aws_lambda as lambda, type Stack, aws_s3 as s3, aws_sns as sns } from 'aws-cdk-lib';
import type { ValueReader } from './values.ts';

/** The properties that every construct on the engine has. */
type EngineProps = Pick<
  BatchOrchestratorProps,
  | 'table'
  | 'models'
  | 'families'
  | 'maxSubmittedAndInProgressJobs'
  | 'bedrockBatchInferenceTimeout'
  | 'preprocessFunctionMemoryMb'
  | 'postprocessFunctionMemoryMb'
  | 'maxRecordsPerJob'
  | 'maxConcurrentCollections'
  | 'notificationTopic'
  | 'logRetention'
  | 'logLevel'
  | 'tracing'
>;

/** Options as the properties that they are; what is only named is imported into `imports`. */
export function engineProps(imports: Stack, values: ValueReader): EngineProps {
  const hours = values.number('bedrockBatchInferenceTimeoutHours');
  const table = values.text('table');
  const topic = values.text('notificationTopic');
  return {
    table: table === undefined ? undefined : dynamodb.Table.fromTableName(imports, 'Ledger', table),
    models: values.list('models')?.slice(),
    families: values.list('families')?.slice(),
    maxSubmittedAndInProgressJobs: values.number('maxSubmittedAndInProgressJobs'),
    bedrockBatchInferenceTimeout: hours === undefined ? undefined : Duration.hours(hours),
    preprocessFunctionMemoryMb: values.number('preprocessFunctionMemoryMb'),
    postprocessFunctionMemoryMb: values.number('postprocessFunctionMemoryMb'),
    maxRecordsPerJob: values.number('maxRecordsPerJob'),
    maxConcurrentCollections: values.number('maxConcurrentCollections'),
    notificationTopic: topic === undefined ? undefined : sns.Topic.fromTopicArn(imports, 'Topic', topic),
    logRetention: values.number('logRetentionDays'),
    logLevel: values.text('logLevel') as EngineProps['logLevel'],
    tracing: values.flag('tracing') ? lambda.Tracing.ACTIVE : undefined,
  };
}

/** A bucket that exists, by its name. */
export function importBucket(imports: Stack, bucketName: string): s3.IBucket {
  return s3.Bucket.fromBucketName(imports, `Bucket-${bucketName}`, bucketName);
}
