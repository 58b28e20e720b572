import { aws_iam as iam, type aws_lambda as lambda, Stack, type aws_s3 as s3 } from 'aws-cdk-lib';
import { bedrock } from '../bedrock/batch-role';

/** Writing an object, in one call or in parts. */
export const writingActions = ['s3:PutObject', 's3:AbortMultipartUpload'];

/** What the jobs of an engine run under and with. */
export interface EngineJobs {
  readonly bedrockRole: iam.IRole;
  readonly modelArns: string[];
}

/** Lets a function create jobs under the role of the construct, look at jobs and stop them. */
export function grantJobs(grantee: lambda.Function, { bedrockRole, modelArns }: EngineJobs): void {
  const jobs = Stack.of(grantee).formatArn({ service: 'bedrock', resource: 'model-invocation-job', resourceName: '*' });
  allow(grantee, ['bedrock:CreateModelInvocationJob'], [jobs, ...modelArns]);
  allow(grantee, ['bedrock:GetModelInvocationJob', 'bedrock:StopModelInvocationJob', 'bedrock:TagResource'], [jobs]);
  allow(grantee, ['iam:PassRole'], [bedrockRole.roleArn], { StringEquals: { 'iam:PassedToService': bedrock } });
  // listing knows no resource
  allow(grantee, ['bedrock:ListModelInvocationJobs'], ['*']);
}

/** Lets a function do something, by a statement of its role. */
export function allow(
  grantee: lambda.Function,
  actions: string[],
  resources: string[],
  conditions?: Record<string, Record<string, string>>,
): void {
  grantee.addToRolePolicy(new iam.PolicyStatement({ actions, resources, conditions }));
}

/** Lets someone do something with a bucket itself. */
export function grantBucket(bucket: s3.IBucket, grantee: iam.IGrantable, actions: string[]): void {
  iam.Grant.addToPrincipalOrResource({ grantee, resource: bucket, actions, resourceArns: [bucket.bucketArn] });
}

/** Lets someone do something with the objects of a bucket whose keys are such. */
export function grantObjects(bucket: s3.IBucket, grantee: iam.IGrantable, actions: string[], keys: string): void {
  iam.Grant.addToPrincipalOrResource({ grantee, resource: bucket, actions, resourceArns: [bucket.arnForObjects(keys)] });
}
