import { BatchQueueStack } from '@batchrock/cdk';
import { App } from 'aws-cdk-lib';

const app = new App();

new BatchQueueStack(app, 'BatchrockQueue', {
  description: 'Files put into a bucket become jobs of Amazon Bedrock batch inference',
  // of files whose key names no other: to-process/<model id>/file.jsonl
  modelId: 'us.amazon.nova-lite-v1:0',
  tags: { batchrock: 'queue' },
});

app.synth();
