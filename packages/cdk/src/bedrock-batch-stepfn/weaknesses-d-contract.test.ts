import { Duration, aws_ec2 as ec2, aws_kms as kms, Lazy, Stack, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { ReadmeStack } from '../testing/readme-stack';
import {
  createPolicy,
  definitionOf,
  flat,
  fragmentIn,
  machineOf,
  resource,
  stackWith,
  statementsOf,
  testApp,
} from '../testing/synthesis';
import { BedrockBatchSfn } from './bedrock-batch-sfn';
import { type BedrockBatchSfnProps, ModelInvocationType } from './bedrock-batch-sfn-props';

const payloadOf = (stack: Stack) =>
  definitionOf(stack).States['BatchEvaluateMap'].ItemProcessor.States.CreateModelInvocationJobTask.Parameters.Payload;

describe('weakness 14: the error handling of the README', () => {
  const { States } = definitionOf(new ReadmeStack(testApp(), 'Stack'));

  it('leads every error to FailState', () => {
    const catches = States['BatchEvaluateMap'].Catch;
    expect(catches).toEqual([
      { ErrorEquals: ['Stopped', 'Expired'], Next: 'BatchEvaluateMapError1' },
      { ErrorEquals: ['States.ALL'], Next: 'BatchEvaluateMapError2' },
    ]);
    for (const { Next } of catches) expect(States[Next].Next).toBe('FailState');
    expect(States['FailState']).toEqual({ Type: 'Fail', ErrorPath: '$.error', CausePath: '$.cause' });
  });

  it('gives it the documented status, error and cause beside the Error and Cause of Step Functions', () => {
    const both = { 'error.$': '$.Error', 'cause.$': '$.Cause', 'Error.$': '$.Error', 'Cause.$': '$.Cause' };
    expect(States['BatchEvaluateMapError1'].Parameters).toEqual({ 'status.$': '$.Error', ...both });
    expect(States['BatchEvaluateMapError2'].Parameters).toEqual({ status: 'Failed', ...both });
  });

  it('puts them where the catch says', () => {
    const stack = new Stack(testApp(), 'Stack');
    const fragment = fragmentIn(stack);
    const end = fragment.endStates[0] as sfn.TaskStateBase;
    end.addCatch(new sfn.Pass(stack, 'Caught'), { errors: ['Failed'], resultPath: '$.problem' });
    end.addCatch(new sfn.Pass(stack, 'Ignored'), { resultPath: sfn.JsonPath.DISCARD });
    end.addRetry({ errors: ['Expired'], maxAttempts: 1 });
    machineOf(stack, fragment);
    const states = definitionOf(stack).States;
    expect(states['BatchEvaluateMap'].Catch).toEqual([
      { ErrorEquals: ['Failed'], ResultPath: '$.problem', Next: 'BatchEvaluateMapError1' },
      { ErrorEquals: ['States.ALL'], ResultPath: null, Next: 'Ignored' },
    ]);
    expect(states['BatchEvaluateMapError1']).toMatchObject({ InputPath: '$.problem', ResultPath: '$.problem', Next: 'Caught' });
    expect(states['BatchEvaluateMap'].Retry).toEqual([{ ErrorEquals: ['Expired'], MaxAttempts: 1 }]);
  });
});

it('weakness 15: hands the name over in parts; the function makes it valid and unique (packages/lambda, job-name)', () => {
  const payload = payloadOf(stackWith());
  expect(payload['jobName.$']).toBe("States.Format('{}{}', $.job_name, $.index)");
  expect(payload.batch).toMatchObject({ 'jobName.$': '$.job_name', 'index.$': '$.index', 'execution.$': '$$.Execution.Id' });
});

it('weakness 16: tells the handler how many manifests share the output, so that it keeps to the limit', () => {
  expect(definitionOf(stackWith()).States['BatchEvaluateMap'].ItemSelector['manifest_count.$']).toBe(
    'States.ArrayLength($.manifest_keys)',
  );
});

describe('weakness 17: what Bedrock can do', () => {
  it('reaches Converse, KMS, VPC, tags and bucket owners', () => {
    const stack = new Stack(testApp(), 'Stack');
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 0 });
    const props: Partial<BedrockBatchSfnProps> = {
      modelInvocationType: ModelInvocationType.CONVERSE,
      outputEncryptionKey: new kms.Key(stack, 'Key'),
      vpc,
      vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC },
      jobTags: { team: 'reviews' },
      inputBucketOwner: '111122223333',
      outputBucketOwner: '444455556666',
    };
    machineOf(stack, fragmentIn(stack, 'Batch', props));
    const payload = payloadOf(stack);
    expect(payload).toMatchObject({ modelInvocationType: 'Converse', tags: [{ key: 'team', value: 'reviews' }] });
    expect(payload.vpcConfig.subnetIds).toHaveLength(2);
    expect(payload.vpcConfig.securityGroupIds).toHaveLength(1);
    expect(payload.inputDataConfig.s3InputDataConfig.s3BucketOwner).toBe('111122223333');
    expect(payload.outputDataConfig.s3OutputDataConfig.s3BucketOwner).toBe('444455556666');
    expect(payload.outputDataConfig.s3OutputDataConfig.s3EncryptionKeyId).toContain('<Key');
    expect(statementsOf(stack, createPolicy).flatMap(({ actions }) => actions)).toContain('bedrock:TagResource');
    const actions = statementsOf(stack, 'BatchBedrockBatchRoleDefaultPolicy').flatMap((statement) => statement.actions);
    expect(actions).toEqual(expect.arrayContaining(['ec2:CreateNetworkInterface', 'ec2:CreateTags', 'kms:Decrypt']));
  });

  it('refuses what Bedrock would refuse', () => {
    const stack = new Stack(testApp(), 'Stack');
    const refusal = (id: string, props: Partial<BedrockBatchSfnProps>) => () => fragmentIn(stack, id, props);
    expect(refusal('A', { inputBucketOwner: '123' })).toThrow("inputBucketOwner is '123'; give the 12 digits of an account");
    expect(refusal('B', { jobTags: { 'a*b': 'c' } })).toThrow("jobTags has 'a*b': 'c'; Bedrock takes");
    expect(refusal('T', { jobTags: { 'aws:team': 'c' } })).toThrow("keys that begin with 'aws:' are AWS's own");
    expect(refusal('C', { vpcSubnets: {} })).toThrow('vpcSubnets and securityGroups are of a VPC; give vpc too');
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 1, natGateways: 0 });
    const subnetType = ec2.SubnetType.PUBLIC;
    const securityGroups = Array.from({ length: 6 }, (_, i) => new ec2.SecurityGroup(stack, `Group${i}`, { vpc }));
    const groups = (count: number) => ({ vpc, vpcSubnets: { subnetType }, securityGroups: securityGroups.slice(0, count) });
    expect(refusal('D', groups(5))).not.toThrow();
    expect(refusal('E', groups(6))).toThrow('securityGroups has 6 entries; Bedrock takes 1 to 5');
    expect(refusal('F', groups(0))).toThrow('securityGroups has 0 entries; Bedrock takes 1 to 5');
    const subnets = Array.from({ length: 17 }, (_, i) => ec2.Subnet.fromSubnetId(stack, `Subnet${i}`, `subnet-${i}`));
    expect(refusal('G', { vpc, vpcSubnets: { subnets } })).toThrow('vpcSubnets has 17 entries; Bedrock takes 1 to 16');
  });

  it('says which bucket is missing, to those whom no compiler tells', () => {
    const stack = new Stack(testApp(), 'Stack');
    expect(() => new BedrockBatchSfn(stack, 'A', {} as BedrockBatchSfnProps)).toThrow('bedrockBatchInputBucket is missing; give');
    expect(() => fragmentIn(stack, 'B', { bedrockBatchOutputBucket: undefined })).toThrow('bedrockBatchOutputBucket is missing');
    const without = undefined as unknown as BedrockBatchSfnProps;
    expect(() => new BedrockBatchSfn(stack, 'C', without)).toThrow('bedrockBatchInputBucket is missing');
    const named = { bedrockBatchInputBucket: 'mine' } as unknown as BedrockBatchSfnProps;
    expect(() => new BedrockBatchSfn(stack, 'D', named)).toThrow(
      "bedrockBatchInputBucket is 'mine'; give an S3 bucket, such as s3.Bucket.fromBucketName(this, 'Bucket', 'mine')",
    );
  });
});

describe('weakness 18: places and query languages', () => {
  it('writes where it is told', () => {
    const payload = payloadOf(stackWith({ outputPrefix: 'team-a/out/' }));
    expect(payload.outputDataConfig.s3OutputDataConfig['s3Uri.$']).toMatch(
      /^States\.Format\('s3:\/\/<Bucket.*>\/team-a\/out\/\{\}\/', \$\.job_name\)$/,
    );
  });

  it('keeps a quote in a prefix inside of its literal, in both query languages', () => {
    const place = (stack: Stack) => {
      const { Parameters, Arguments } =
        definitionOf(stack).States['BatchEvaluateMap'].ItemProcessor.States.CreateModelInvocationJobTask;
      return (Parameters ?? Arguments).Payload.outputDataConfig.s3OutputDataConfig;
    };
    const outputPrefix = "editor's/";
    expect(place(stackWith({ outputPrefix }))['s3Uri.$']).toContain("/editor\\'s/{}/', $.job_name)");
    const stack = new Stack(testApp(), 'Stack');
    machineOf(stack, fragmentIn(stack, 'Batch', { outputPrefix }), { queryLanguage: sfn.QueryLanguage.JSONATA });
    expect(place(stack).s3Uri).toContain("/editor\\u0027s/' & $states.input.job_name");
  });

  it('speaks JSONata in a state machine that does', () => {
    const stack = new Stack(testApp(), 'Stack');
    const fragment = fragmentIn(stack);
    (fragment.endStates[0] as sfn.TaskStateBase).addCatch(new sfn.Succeed(stack, 'Caught'));
    machineOf(stack, fragment, { queryLanguage: sfn.QueryLanguage.JSONATA });
    const { States } = definitionOf(stack);
    const task = States['BatchEvaluateMap'].ItemProcessor.States.CreateModelInvocationJobTask;
    expect(States['BatchEvaluateMap'].Items).toBe('{% $states.input.manifest_keys %}');
    expect(task.Arguments.Payload.TaskToken).toBe('{% $states.context.Task.Token %}');
    expect(States['BatchEvaluateMapError2'].Output).toMatchObject({ status: 'Failed', error: '{% $states.input.Error %}' });
    expect(JSON.stringify(States)).not.toContain('.$"');
    const other = fragmentIn(stack, 'Other', { resultPath: '$.x' });
    expect(() => machineOf(stack, other, { queryLanguage: sfn.QueryLanguage.JSONATA })).toThrow(
      'inputPath and resultPath are JSONPath',
    );
  });
});

it("weakness 19: refuses prefixes that Bedrock's S3 URIs cannot name; manifest keys are checked in packages/lambda", () => {
  expect(() => stackWith({ outputPrefix: 'dt=2026-01-01/' })).toThrow(
    "outputPrefix is 'dt=2026-01-01/'; Bedrock takes folders of",
  );
  expect(() => stackWith({ outputPrefix: 'out' })).toThrow('each with one slash after it');
  for (const outputPrefix of ['../', './', 'a/../b/', 'a/./']) {
    expect(() => stackWith({ outputPrefix })).toThrow("none called '.' or '..'");
  }
  expect(() => stackWith({ outputPrefix: '.hidden/v1..2/' })).not.toThrow();
  // Bedrock would take it, and IAM would take it for every folder
  for (const name of ['inputPrefix', 'outputPrefix']) {
    expect(() => stackWith({ [name]: 'team-*/' })).toThrow(`${name} is 'team-*/'; a '*' would be a wildcard in the policy`);
    expect(() => stackWith({ [name]: 'team-?/' })).toThrow(`${name} is 'team-?/'; Bedrock takes folders of`);
  }
});

describe('weakness 28: timeouts', () => {
  it.each([
    [Duration.hours(23), 'Timeout must be between 24 hours and 1 week (168 hours).'],
    [Duration.hours(169), 'Timeout must be between 24 hours and 1 week (168 hours).'],
    [Duration.hours(0), 'Timeout must be between 24 hours and 1 week (168 hours).'],
    [
      Duration.minutes(1450),
      'timeout must be a whole number of hours, as Bedrock counts it; Duration.minutes(1450) was given; give 24 or 25 hours',
    ],
    [Duration.hours(Lazy.number({ produce: () => 48 })), 'timeout must be known at synthesis'],
  ])('refuses %s', (timeout, message) => {
    expect(() => fragmentIn(new Stack(testApp(), 'Stack'), 'Batch', { timeout })).toThrow(message);
  });

  it('takes 24 hours, 7 days and 1500 minutes', () => {
    const stack = new Stack(testApp(), 'Stack');
    for (const timeout of [Duration.hours(24), Duration.days(7), Duration.minutes(1500)]) {
      fragmentIn(stack, `For${timeout.toMinutes()}`, { timeout });
    }
  });
});

it('discards the result when it is told to, and refuses what is no path', () => {
  const map = definitionOf(stackWith({ resultPath: sfn.JsonPath.DISCARD })).States['BatchEvaluateMap'];
  expect(map.ResultPath).toBeNull();
  expect(() => stackWith({ resultPath: 'result' })).toThrow("resultPath is 'result', which is no JSONPath; give one that begins");
  expect(() => stackWith({ inputPath: 'batch' })).toThrow("inputPath is 'batch', which is no JSONPath");
  expect(() => stackWith({ inputPath: sfn.JsonPath.DISCARD })).toThrow('inputPath is JsonPath.DISCARD, so that no manifest');
});

it('takes the paths of the original', () => {
  const map = definitionOf(stackWith({ inputPath: '$.batch', resultPath: '$.result' })).States['BatchEvaluateMap'];
  expect(map).toMatchObject({ InputPath: '$.batch', ResultPath: '$.result', ItemsPath: '$.manifest_keys' });
  expect(flat(resource(stackWith(), 'AWS::IAM::ManagedPolicy').Properties.PolicyDocument.Statement[0].Sid)).toBe('Inference');
});
