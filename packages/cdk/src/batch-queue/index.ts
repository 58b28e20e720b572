export * from './batch-queue';
export * from './batch-queue-props';
export * from './batch-queue-stack';
export * from './enqueue-task';
