import { bedrock_batch_stepfn as batch } from '@batchrock/cdk';
import { type App, Stack, aws_s3 as s3, aws_stepfunctions as sfn } from 'aws-cdk-lib';

/** What a scenario changes of the fragment. */
export type SingleProps = Partial<batch.BedrockBatchSfnProps>;

/** A bucket, and a state machine that is one fragment and nothing else. */
export class SingleStack extends Stack {
  constructor(app: App, id: string, props: SingleProps = {}) {
    super(app, id);
    const bucket = new s3.Bucket(this, 'Bucket');
    const fragment = new batch.BedrockBatchSfn(this, 'Batch', {
      bedrockBatchInputBucket: bucket,
      bedrockBatchOutputBucket: bucket,
      ...props,
    });
    new sfn.StateMachine(this, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(fragment) });
  }
}
