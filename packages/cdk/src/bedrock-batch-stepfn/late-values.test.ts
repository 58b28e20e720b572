import { CfnParameter, Duration, Fn, Lazy, Stack, aws_s3 as s3, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import {
  batchPolicy,
  definitionOf,
  flat,
  fragmentIn,
  machineOf,
  resource,
  resourcesOf,
  statementsOf,
  testApp,
} from '../testing/synthesis';
import type { BedrockBatchSfnProps } from './bedrock-batch-sfn-props';

/** A stack with a fragment whose props are made in it. */
function stackOf(props: (stack: Stack) => Partial<BedrockBatchSfnProps>): Stack {
  const stack = new Stack(testApp(), 'Stack');
  machineOf(stack, fragmentIn(stack, 'Batch', props(stack)));
  return stack;
}

const lazy = (value: string) => Lazy.string({ produce: () => value });
const payloadOf = (stack: Stack) =>
  definitionOf(stack).States['BatchEvaluateMap'].ItemProcessor.States.CreateModelInvocationJobTask.Parameters.Payload;
const objectsOf = (stack: Stack) =>
  statementsOf(stack, batchPolicy)
    .filter(({ actions }) => actions.includes('s3:PutObject'))
    .flatMap(({ resources }) => resources);

describe('a value that is known only at deployment', () => {
  it('names a bucket and its folders', () => {
    const stack = stackOf((scope) => {
      const name = new CfnParameter(scope, 'Name').valueAsString;
      const bucket = s3.Bucket.fromBucketName(scope, 'Imported', name);
      const outputPrefix = new CfnParameter(scope, 'Prefix').valueAsString;
      return { bedrockBatchInputBucket: bucket, bedrockBatchOutputBucket: bucket, outputPrefix };
    });
    const { inputDataConfig, outputDataConfig } = payloadOf(stack);
    expect(inputDataConfig.s3InputDataConfig['s3Uri.$']).toBe("States.Format('s3://<Name>/{}', $.manifest_key)");
    expect(outputDataConfig.s3OutputDataConfig['s3Uri.$']).toBe("States.Format('s3://<Name>/<Prefix>{}/', $.job_name)");
    expect(objectsOf(stack)).toEqual(['arn:<AWS::Partition>:s3:::<Name>/<Prefix>*']);
  });

  it('names a model by its ARN, an account and a tag', () => {
    const stack = stackOf((scope) => {
      const parameter = (id: string) => new CfnParameter(scope, id).valueAsString;
      return { models: [parameter('Model')], inputBucketOwner: parameter('Owner'), jobTags: { team: parameter('Team') } };
    });
    const { Statement } = resource(stack, 'AWS::IAM::ManagedPolicy').Properties.PolicyDocument;
    expect(flat(Statement[0].Resource)).toBe('<Model>');
    expect(payloadOf(stack).inputDataConfig.s3InputDataConfig.s3BucketOwner).toBe('<Owner>');
    expect(payloadOf(stack).tags).toEqual([{ key: 'team', value: '<Team>' }]);
  });

  it('is refused with a reason where the definition has to be known', () => {
    const number = Token.asNumber(Fn.ref('Number'));
    expect(() => stackOf(() => ({ maxConcurrency: number }))).toThrow('maxConcurrency must be known at synthesis');
    expect(() => stackOf(() => ({ toleratedFailure: number }))).toThrow('toleratedFailure must be known at synthesis');
  });
});

describe('a value that is known only when the app is synthesised', () => {
  it('is used as it is', () => {
    const stack = stackOf(() => ({
      outputPrefix: lazy('late/'),
      models: [lazy('arn:aws:bedrock:us-east-1::foundation-model/m.n')],
    }));
    expect(payloadOf(stack).outputDataConfig.s3OutputDataConfig['s3Uri.$']).toContain("/late/{}/'");
    expect(objectsOf(stack)).toEqual([expect.stringMatching(/\/late\/\*$/)]);
  });

  it('is the interval of the sweeps', () => {
    const stack = stackOf(() => ({ sweepInterval: Duration.minutes(Lazy.number({ produce: () => 7 })) }));
    const rules = Object.values(resourcesOf(stack, 'AWS::Events::Rule')).map(({ Properties }) => Properties.ScheduleExpression);
    expect(rules).toContain('rate(7 minutes)');
  });

  it.each([
    ['late', "[Stack/Batch] outputPrefix is 'late'; Bedrock takes folders of"],
    ['late-*/', "[Stack/Batch] outputPrefix is 'late-*/'; a '*' would be a wildcard"],
    ["editor's/", "[Stack/Batch] outputPrefix is 'editor's/', given as a token; its quote would end the text"],
  ])('is looked at then: %s', (prefix, message) => {
    expect(() => Template.fromStack(stackOf(() => ({ outputPrefix: lazy(prefix) })))).toThrow(message);
  });
});
