export * from '../functions/log-level';
export * from './bedrock-batch-sfn';
export * from './bedrock-batch-sfn-props';
