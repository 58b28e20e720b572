// what this namespace and the root share stands here: in Go each is a package, and the root imports this one
export * from '../batch-queue/i-batch-queue';
export * from '../functions/log-level';
export * from './bedrock-batch-sfn';
export * from './bedrock-batch-sfn-props';
