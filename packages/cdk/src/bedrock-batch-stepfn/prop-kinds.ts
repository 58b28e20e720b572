import { aws_lambda as lambda, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { type BedrockBatchSfnProps, LogLevel, ModelInvocationType } from './bedrock-batch-sfn-props';

/**
 * Throws where a bucket is missing or a prop is not of its kind: for plain JavaScript, which neither a compiler nor jsii holds to
 * the types.
 */
export function refuseOtherKinds(given: BedrockBatchSfnProps | null | undefined): void {
  const props: Partial<BedrockBatchSfnProps> = given ?? {};
  for (const name of ['bedrockBatchInputBucket', 'bedrockBatchOutputBucket'] as const) refuseOtherBucket(name, props[name]);
  for (const name of ['timeout', 'sweepInterval'] as const) {
    if (!has(props[name], 'toMinutes')) refuse(name, props[name], 'a Duration, such as cdk.Duration.hours(48)');
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

function has(value: unknown, method: string): boolean {
  return value === undefined || typeof (value as Record<string, unknown> | null)?.[method] === 'function';
}

function isListOfTexts(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.every((entry) => typeof entry === 'string'));
}

function oneOf(name: string, value: unknown, values: Readonly<Record<string, string>>): void {
  const allowed = Object.values(values);
  if (value === undefined || allowed.some((one) => one === value)) return;
  refuse(name, value, `one of ${allowed.map((one) => `'${one}'`).join(', ')}`);
}

function refuse(name: string, value: unknown, wanted: string): never {
  throw new Error(`${name} is ${said(value)}; give ${wanted}`);
}

function said(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return `[${value.map(said).join(', ')}]`;
  return typeof value === 'object' && value !== null ? `a ${value.constructor?.name ?? 'object'}` : String(value);
}
