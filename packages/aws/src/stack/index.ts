export { describeStack, type FoundStack } from './describe-stack.ts';
export { createExecutions, type Executions, type ExecutionView, type StartedExecution } from './executions.ts';
export { createFunctions, type FunctionAnswer, type Functions } from './functions.ts';
