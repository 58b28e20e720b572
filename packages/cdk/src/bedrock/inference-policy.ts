import { aws_iam as iam } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** The policy of the batch role when its user brings none: jobs with these models, and nothing else. */
export function inferencePolicy(scope: Construct, models: string[]): iam.ManagedPolicy {
  return new iam.ManagedPolicy(scope, 'BedrockBatchPolicy', {
    statements: [
      new iam.PolicyStatement({
        sid: 'Inference',
        actions: ['bedrock:InvokeModel', 'bedrock:CreateModelInvocationJob'],
        resources: models,
      }),
    ],
  });
}
