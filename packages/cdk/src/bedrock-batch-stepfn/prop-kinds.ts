import { aws_lambda as lambda, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { LogLevel } from '../functions/log-level';
import { has, oneOf, refuse } from '../props/kinds';
import { type BedrockBatchSfnProps, ModelInvocationType } from './bedrock-batch-sfn-props';

/**
 * Throws where a bucket is missing or a prop is not of its kind: for plain JavaScript, which neither a compiler nor jsii holds to
 * the types.
 */
export function refuseOtherKinds(given: BedrockBatchSfnProps | null | undefined): void {
  const props: Partial<BedrockBatchSfnProps> = given ?? {};
  for (const name of ['bedrockBatchInputBucket', 'bedrockBatchOutputBucket'] as const) refuseOtherBucket(name, props[name]);
  for (const name of ['timeout', 'sweepInterval'] as const) {
    if (props[name] !== undefined && !has(props[name], 'toMinutes'))
      refuse(name, props[name], 'a Duration, such as cdk.Duration.hours(48)');
  }
  if (props.queue !== undefined && props.queue?.changeFunction === undefined) {
    refuse('queue', props.queue, 'a BatchQueue');
  }
  if (!isListOfTexts(props.models)) refuse('models', props.models, "a list of texts, such as ['us.amazon.nova-pro-v1:0']");
  for (const [key, value] of Object.entries(props.jobTags ?? {})) {
    if (typeof value !== 'string') refuse(`jobTags.${key}`, value, 'a text');
  }
  oneOf('modelInvocationType', props.modelInvocationType, ModelInvocationType);
  oneOf('logLevel', props.logLevel, LogLevel);
  oneOf('tracing', props.tracing, lambda.Tracing);
  oneOf('queryLanguage', props.queryLanguage, sfn.QueryLanguage);
}

function refuseOtherBucket(name: string, bucket: unknown): void {
  if (bucket === undefined || bucket === null) {
    throw new Error(`${name} is missing; give an S3 bucket, which may be the same for both`);
  }
  if (typeof bucket === 'string')
    refuse(name, bucket, `an S3 bucket, such as s3.Bucket.fromBucketName(this, 'Bucket', '${bucket}')`);
  if (!has(bucket, 'grantRead')) refuse(name, bucket, 'an s3.Bucket; s3.Bucket.fromCfnBucket() makes one of a CfnBucket');
}

function isListOfTexts(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.every((entry) => typeof entry === 'string'));
}
