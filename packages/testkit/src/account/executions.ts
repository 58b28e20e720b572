import { randomUUID } from 'node:crypto';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  type SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';

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
  /** When executions of a machine have failed, in milliseconds since the epoch: those that were stopped or timed out have not. */
  failures(stateMachineArn: string): Promise<readonly number[]>;
  /** How many states an execution has entered, those of its maps too. */
  transitions(executionArn: string): Promise<number>;
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
    async transitions(executionArn) {
      let count = 0;
      let nextToken: string | undefined;
      do {
        const page = await sfn.send(new GetExecutionHistoryCommand({ executionArn, nextToken, maxResults: 1000 }));
        count += (page.events ?? []).filter(({ type }) => type?.endsWith('StateEntered')).length;
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      return count;
    },
    async failures(stateMachineArn) {
      const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: 'FAILED' }));
      return executions.flatMap(({ stopDate }) => (stopDate === undefined ? [] : [stopDate.getTime()]));
    },
  };
}
