import { Duration, aws_iam as iam, type aws_lambda as lambda, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { BatchRole, bedrock } from '../bedrock/batch-role';
import { inferencePolicy } from '../bedrock/inference-policy';
import { everyModel, modelArns } from '../bedrock/model-arns';
import { HandlerFunction } from '../functions/handler-function';
import type { BedrockBatchSfnProps } from './bedrock-batch-sfn-props';
import { CreateJobTask } from './create-job-task';
import { EventHandler } from './event-handler';
import { jobRequest } from './job-request';
import { keyPrefix } from './key-prefix';
import type { StateNames } from './state-names';
import { timeoutHours } from './timeout';

/** What a fragment that creates its jobs itself has in its scope. */
export interface OwnJobs {
  readonly role: BatchRole;
  readonly createFunction: lambda.Function;
  readonly events: EventHandler;
  readonly modelArns: string[];
  task(names: StateNames): CreateJobTask;
}

/** Makes the functions and the role of a fragment. Throws for props that Bedrock would refuse. */
export function ownJobs(scope: Construct, props: BedrockBatchSfnProps): OwnJobs {
  const hours = timeoutHours(props.timeout);
  const outputPrefix = keyPrefix(scope, 'outputPrefix', props.outputPrefix ?? 'output/');
  const inputPrefix = keyPrefix(scope, 'inputPrefix', props.inputPrefix ?? '');
  const stack = Stack.of(scope);
  const models = props.models === undefined ? everyModel(stack) : modelArns(stack, props.models);
  const { subnets, ...request } = jobRequest(scope, props);
  const events = EventHandler.of(scope, props);
  const role = new BatchRole(scope, 'BedrockBatchRole', {
    policy: props.bedrockBatchPolicy ?? inferencePolicy(scope, models),
    inputBucket: props.bedrockBatchInputBucket,
    inputPrefix,
    outputBucket: props.bedrockBatchOutputBucket,
    outputPrefix,
    outputKey: props.outputEncryptionKey,
    subnets,
  });
  const createFunction = new HandlerFunction(scope, 'CreateModelInvocationJobFunction', {
    handler: 'create-model-invocation-job',
    description: 'Creates Amazon Bedrock batch inference jobs',
    timeout: Duration.seconds(60),
    environment: { WAITER_TABLE: events.table.tableName },
    logRetention: props.logRetention,
    logLevel: props.logLevel,
    tracing: props.tracing,
  });
  const jobs: OwnJobs = {
    role,
    createFunction,
    events,
    modelArns: models,
    task: (names) =>
      new CreateJobTask(scope, 'CreateModelInvocationJobTask', {
        names,
        createFunction,
        roleArn: role.roleArn,
        inputBucketName: props.bedrockBatchInputBucket.bucketName,
        outputBucketName: props.bedrockBatchOutputBucket.bucketName,
        outputPrefix,
        timeoutHours: hours,
        toleratedFailure: props.toleratedFailure,
        queryLanguage: props.queryLanguage,
        ...request,
      }),
  };
  grantCreate(jobs, props.jobTags !== undefined);
  grantAnswer(jobs, props, outputPrefix);
  return jobs;
}

/** Lets someone create jobs with the models of a fragment under its role. */
export function grantJobCreation({ role, modelArns: models }: OwnJobs, grantee: iam.IGrantable): iam.Grant {
  return iam.Grant.addToPrincipal({
    grantee,
    actions: ['bedrock:CreateModelInvocationJob'],
    resourceArns: [jobArns(role), ...models],
  }).combine(
    iam.Grant.addToPrincipal({
      grantee,
      actions: ['iam:PassRole'],
      resourceArns: [role.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': bedrock } },
    }),
  );
}

/** Lets someone list jobs, which knows no resource. */
export function grantJobList(grantee: iam.IGrantable): iam.Grant {
  return iam.Grant.addToPrincipal({ grantee, actions: ['bedrock:ListModelInvocationJobs'], resourceArns: ['*'] });
}

/** Every job of the account and Region. */
export function jobArns(scope: Construct): string {
  return Stack.of(scope).formatArn({ service: 'bedrock', resource: 'model-invocation-job', resourceName: '*' });
}

function grantCreate(jobs: OwnJobs, tagged: boolean): void {
  const { createFunction, events } = jobs;
  grantJobCreation(jobs, createFunction);
  grantJobList(createFunction);
  if (tagged) {
    iam.Grant.addToPrincipal({
      grantee: createFunction,
      actions: ['bedrock:TagResource'],
      resourceArns: [jobArns(createFunction)],
    });
  }
  events.table.grantCreation(createFunction);
}

/** What the event handler needs of this fragment: the output, and a place for answers that no state machine could hold. */
function grantAnswer({ events, role }: OwnJobs, props: BedrockBatchSfnProps, outputPrefix: string): void {
  const bucket = props.bedrockBatchOutputBucket;
  events.addBatchRole(role);
  // plain, as the original: jobs that it began, or that began before outputPrefix changed, lie elsewhere in the bucket
  bucket.grantRead(events);
  bucket.grantPut(events, `${outputPrefix}*/answers/*`);
  props.outputEncryptionKey?.grantDecrypt(events);
}
