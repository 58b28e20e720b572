import { Duration, aws_lambda as lambda, Stack, aws_s3 as s3, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { expect, it } from 'vitest';
import { LogLevel } from '../functions/log-level';
import { fragmentIn, testApp } from '../testing/synthesis';
import { type BedrockBatchSfnProps, ModelInvocationType } from './bedrock-batch-sfn-props';

const withProps = (props: Record<string, unknown>) => () =>
  fragmentIn(new Stack(testApp(), 'Stack'), 'Batch', props as Partial<BedrockBatchSfnProps>);

it.each([
  [{ timeout: 48 }, 'timeout is 48; give a Duration, such as'],
  [{ sweepInterval: null }, 'sweepInterval is null; give a Duration'],
  [{ models: 'm.n' }, "models is 'm.n'; give a list of texts"],
  [{ models: ['m.n', 7] }, "models is ['m.n', 7]; give a list of texts"],
  [{ modelInvocationType: 'converse' }, "modelInvocationType is 'converse'; give one of 'InvokeModel', 'Converse'"],
  [{ logLevel: 'TRACE' }, "logLevel is 'TRACE'; give one of 'DEBUG'"],
  [{ tracing: true }, "tracing is true; give one of 'Active'"],
  [{ queryLanguage: 'jsonata' }, "queryLanguage is 'jsonata'; give one of 'JSONPath', 'JSONata'"],
  [{ jobTags: { size: 5 } }, 'jobTags.size is 5; give a text'],
])('says of %j what it should be', (props, message) => {
  expect(withProps(props)).toThrow(message);
});

it('says how to make a bucket of a CfnBucket', () => {
  const bucket = new s3.CfnBucket(new Stack(testApp(), 'Buckets'), 'Cfn');
  for (const name of ['bedrockBatchInputBucket', 'bedrockBatchOutputBucket']) {
    expect(withProps({ [name]: bucket })).toThrow(`${name} is a CfnBucket; give an s3.Bucket; s3.Bucket.fromCfnBucket()`);
  }
});

it('says that a prefix is too long', () => {
  expect(withProps({ outputPrefix: `${'a'.repeat(1014)}/` })).not.toThrow();
  expect(withProps({ outputPrefix: `${'a'.repeat(1015)}/` })).toThrow(
    /outputPrefix is 'a+…', 1016 characters; .* at most 1015; name/,
  );
});

it('takes what is of its kind', () => {
  const { JSONATA: queryLanguage } = sfn.QueryLanguage;
  const { CONVERSE: modelInvocationType } = ModelInvocationType;
  const rest = { timeout: Duration.hours(24), sweepInterval: Duration.minutes(1), models: ['m.n'], jobTags: { a: 'b' } };
  const props = { ...rest, queryLanguage, modelInvocationType, logLevel: LogLevel.WARN, tracing: lambda.Tracing.ACTIVE };
  expect(withProps(props)).not.toThrow();
});
