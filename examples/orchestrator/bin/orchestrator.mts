import { BatchOrchestratorStack } from '@batchrock/cdk';
import { App } from 'aws-cdk-lib';

const app = new App();

new BatchOrchestratorStack(app, 'BatchrockOrchestrator', {
  description: 'Whole datasets through Amazon Bedrock by batch inference',
  // one number for all executions: at most the quota of the model, less what others of the account use
  maxSubmittedAndInProgressJobs: 10,
  // who pays, who is to be asked
  tags: { batchrock: 'orchestrator' },
});

app.synth();
