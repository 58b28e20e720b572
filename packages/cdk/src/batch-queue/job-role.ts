import type { aws_s3 as s3 } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { BatchRole } from '../bedrock/batch-role';
import { inferencePolicy } from '../bedrock/inference-policy';

/** The role of the jobs of a queue, with its policies below it. */
export function jobRole(scope: Construct, id: string, bucket: s3.IBucket, modelArns: string[]): BatchRole {
  const room = new Construct(scope, id);
  return new BatchRole(room, 'Role', {
    policy: inferencePolicy(room, modelArns),
    inputBucket: bucket,
    inputPrefix: 'runs/*/input/',
    outputBucket: bucket,
    outputPrefix: 'runs/*/output/',
  });
}
