import { CfnCondition, CfnOutput, CfnParameter, CfnResource, Fn, aws_iam as iam, Stack, type aws_s3 as s3 } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { everyModel, modelArns } from '../bedrock/model-arns';
import { RunBucket } from '../engine/run-bucket';
import { explainWildcards } from '../nag/nag-suppressions';
import { BatchQueue } from './batch-queue';
import type { BatchQueueStackProps } from './batch-queue-props';
import { checkProps } from './check-props';
import { jobRole } from './job-role';

/**
 * A stack with one `BatchQueue`. What its props leave out are parameters of its template: `ModelId`, the model of files whose key
 * names none, and `RoleArn`, a role of yours for the jobs; a new one is made where that is empty.
 */
export class BatchQueueStack extends Stack {
  /** The queue. */
  public readonly queue: BatchQueue;

  public constructor(scope: Construct, id: string, props: BatchQueueStackProps = {}) {
    super(scope, id, props);
    checkProps(props);
    const { bucketName, ...rest } = props;
    const bucket = props.bucket ?? new RunBucket(this, 'Bucket', { bucketName, tellsOfObjects: true });
    this.queue = new BatchQueue(this, 'Queue', {
      ...rest,
      bucket,
      modelId: props.modelId ?? this.modelParameter(),
      bedrockRole: props.bedrockRole ?? this.givenOrNewRole(bucket, props),
    });
    const { families, table, notificationTopic } = this.queue;
    this.output('queueKind', 'BatchQueue', 'What the command line takes this stack for');
    this.output('bucketName', bucket.bucketName, 'Files below to-process/, results below processed/');
    this.output('tableName', table.tableName, 'The ledger of the files');
    this.output('changeFunctionName', this.queue.changeFunction.functionName, 'Pauses, resumes, cancels, retries and enqueues');
    this.output('notificationTopicArn', notificationTopic.topicArn, 'Told of files at their end, and of alarms');
    if (families.length > 0)
      this.output('families', families.join(','), 'Families of its own, with the SHA-256 of their modules');
  }

  private modelParameter(): string {
    return new CfnParameter(this, 'ModelId', {
      description: 'The id of the model or inference profile of files whose key names none',
      minLength: 1,
    }).valueAsString;
  }

  /** The role of the parameter, or a new one that is made only where the parameter is empty. */
  private givenOrNewRole(bucket: s3.IBucket, { models }: BatchQueueStackProps): iam.IRole {
    const given = new CfnParameter(this, 'RoleArn', {
      description: 'The ARN of a role of yours under which Bedrock runs the jobs; empty: a new one is made',
      default: '',
      allowedPattern: '^(arn:[a-z0-9-]+:iam::[0-9]{12}:role/.+)?$',
      constraintDescription: 'the ARN of a role, or nothing',
    });
    const isNew = new CfnCondition(this, 'CreateNewRole', { expression: Fn.conditionEquals(given.valueAsString, '') });
    const arns = models === undefined ? everyModel(this) : modelArns(this, models);
    const role = jobRole(this, 'BedrockRole', bucket, arns);
    const parts = role.node.scope?.node.findAll() ?? [];
    for (const each of parts) if (CfnResource.isCfnResource(each)) each.cfnOptions.condition = isNew;
    explainWildcards(role.node.scope ?? role);
    const arn = Fn.conditionIf(isNew.logicalId, role.roleArn, given.valueAsString).toString();
    return iam.Role.fromRoleArn(this, 'JobRole', arn, { mutable: false });
  }

  private output(name: string, value: string, description: string): void {
    new CfnOutput(this, name, { value, description });
  }
}
