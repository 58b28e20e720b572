import { aws_iam as iam, Stack, aws_sns as sns } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { suppressNag } from '../nag/nag-suppressions';

/** The topic of a queue whose user brings none: files that have come to their end, and alarms. */
export class NotificationTopic extends sns.Topic {
  public constructor(scope: Construct, id: string) {
    super(scope, id, { displayName: 'Batch inference: files and alarms', enforceSSL: true });
    const stack = Stack.of(this);
    // a policy of its own takes the place of that by which every alarm of the account is let in
    this.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'AlarmsOfThisAccount',
        principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topicArn],
        conditions: {
          StringEquals: { 'aws:SourceAccount': stack.account },
          ArnLike: { 'aws:SourceArn': stack.formatArn({ service: 'cloudwatch', resource: 'alarm:*' }) },
        },
      }),
    );
    suppressNag(
      this.node.defaultChild as sns.CfnTopic,
      'AwsSolutions-SNS2',
      'Messages name files and hold no record; alarms cannot publish to a topic under the key of AWS, and who has a key brings a topic',
    );
  }
}
