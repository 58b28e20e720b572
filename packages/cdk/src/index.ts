/** Amazon Bedrock batch inference as a fragment of a state machine. */

export * from './batch-orchestrator';
export * as bedrock_batch_stepfn from './bedrock-batch-stepfn';
