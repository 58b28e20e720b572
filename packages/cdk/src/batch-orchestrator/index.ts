export * from './batch-orchestrator';
export * from './batch-orchestrator-props';
export * from './batch-orchestrator-stack';
