import * as genaicdk from '@batchrock/cdk';
import * as cdk from 'aws-cdk-lib';
import { aws_iam as iam, aws_s3 as s3, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** The example of the README, as it stands there, with the import changed and nothing else. */
export class ReadmeStack extends cdk.Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const batchBucket = new s3.Bucket(this, 'BedrockBatchBucket');

    const batchPolicy = new iam.ManagedPolicy(this, 'BatchPolicy', {});

    batchPolicy.addStatements(
      new iam.PolicyStatement({
        sid: 'Inference',
        actions: ['bedrock:InvokeModel', 'bedrock:CreateModelInvocationJob'],
        resources: [`arn:aws:bedrock:${this.region}::foundation-model/*`],
      }),
    );

    const bedrockBatchSfnFragment = new genaicdk.bedrock_batch_stepfn.BedrockBatchSfn(this, 'AwsBedrockBatchSfn', {
      bedrockBatchInputBucket: batchBucket,
      bedrockBatchOutputBucket: batchBucket,
      bedrockBatchPolicy: batchPolicy,
      timeout: cdk.Duration.hours(48),
    });

    const inputState = new sfn.Pass(this, 'InputState', {
      parameters: {
        job_name: 'test_job',
        manifest_keys: ['test_key.jsonl'],
        model_id: 'test.model-v1',
      },
    });

    const outputState = new sfn.Pass(this, 'OutputState');

    const failState = new sfn.Fail(this, 'FailState', {
      causePath: sfn.JsonPath.stringAt('$.cause'),
      errorPath: sfn.JsonPath.stringAt('$.error'),
    });

    const chain = inputState.next(bedrockBatchSfnFragment).next(outputState);

    for (const endState of bedrockBatchSfnFragment.endStates) {
      if (endState instanceof sfn.TaskStateBase) {
        endState.addCatch(failState);
      }
    }

    new sfn.StateMachine(this, 'StateMachine', {
      definitionBody: sfn.DefinitionBody.fromChainable(chain),
    });
  }
}
