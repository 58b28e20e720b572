/** Amazon Bedrock batch inference as a fragment of a state machine. */

export * from './batch-ledger';
export * from './batch-orchestrator';
export * from './batch-queue';
export * as bedrock_batch_stepfn from './bedrock-batch-stepfn';
