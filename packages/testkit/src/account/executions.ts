import { randomUUID } from 'node:crypto';
import { DescribeExecutionCommand, type SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';

/** How an execution ended. */
export interface ExecutionEnd {
  readonly status: string;
  /** The output, parsed. */
  readonly output?: unknown;
  readonly error?: string;
  readonly cause?: string;
}

/** The executions of the account's state machines. */
export interface Executions {
  /** Starts one and gives its ARN. */
  start(stateMachineArn: string, input?: unknown, name?: string): Promise<string>;
  /** Undefined while it runs. */
  look(executionArn: string): Promise<ExecutionEnd | undefined>;
  stop(executionArn: string): Promise<void>;
}

/** Executions on moto's interpreter. */
export function createExecutions(sfn: SFNClient): Executions {
  const look = async (executionArn: string): Promise<ExecutionEnd | undefined> => {
    const { status, output, error, cause } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (status === undefined || status === 'RUNNING') return undefined;
    return {
      status,
      ...(output === undefined ? {} : { output: JSON.parse(output) as unknown }),
      ...(error === undefined ? {} : { error }),
      ...(cause === undefined ? {} : { cause }),
    };
  };
  return {
    look,
    async start(stateMachineArn, input = {}, name = randomUUID()) {
      const command = new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) });
      const { executionArn = '' } = await sfn.send(command);
      return executionArn;
    },
    async stop(executionArn) {
      await sfn.send(new StopExecutionCommand({ executionArn }));
    },
  };
}
