import { aws_events as events, type aws_s3 as s3, aws_events_targets as targets } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { WorkQueue } from '../engine/work-queue';

/** Where files are put that are to be processed. */
export const intakeFolder = 'to-process/';

/**
 * Events of objects that are put below `to-process/`, by way of EventBridge: S3's own notifications name their queue in the bucket,
 * which only the template of the bucket can write down, and whose queue must let it in first. A rule stands beside any bucket.
 */
export class FileEvents extends events.Rule {
  public constructor(scope: Construct, id: string, props: { readonly bucket: s3.IBucket; readonly intake: WorkQueue }) {
    super(scope, id, {
      description: 'Files that are to be processed',
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: { bucket: { name: [props.bucket.bucketName] }, object: { key: [{ prefix: intakeFolder }] } },
      },
      targets: [new targets.SqsQueue(props.intake.queue, { deadLetterQueue: props.intake.deadLetters })],
    });
  }
}
