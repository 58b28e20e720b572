import { DescribeExecutionCommand, SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import type { CallOptions } from '@batchrock/core';
import { type ConnectionOptions, clientConfig } from '../client-options.ts';
import { translateError } from '../translate-error.ts';

/** How an execution stands. */
export interface ExecutionView {
  readonly executionArn: string;
  /** `RUNNING` until it has ended. */
  readonly status: string;
  /** JSON, as it was given; Step Functions keeps it for 90 days. */
  readonly input?: string;
  /** JSON, of one that has succeeded. */
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
}

/** An execution that was started now, or whose name is taken by one of the same machine that has ended. */
export type StartedExecution = { readonly kind: 'started'; readonly executionArn: string } | { readonly kind: 'taken' };

/** Executions of state machines, to be begun, looked at and stopped. */
export interface Executions {
  /**
   * Starts one. While an execution of the same name and input runs, it is that one: so a call that is repeated starts nothing
   * (API reference of StartExecution, 2026-11; standard workflows alone).
   */
  start(
    machineArn: string,
    execution: { readonly name: string; readonly input: string },
    o?: CallOptions,
  ): Promise<StartedExecution>;
  /** Undefined for one that is not there, or is no longer kept. */
  look(executionArn: string, o?: CallOptions): Promise<ExecutionView | undefined>;
  stop(executionArn: string, cause: string, o?: CallOptions): Promise<void>;
  destroy(): void;
}

const IDLE_MS = 30_000;

/** Executions on Step Functions. */
export function createExecutions(options: ConnectionOptions): Executions {
  const client = new SFNClient(clientConfig(options, IDLE_MS));
  return {
    async start(stateMachineArn, { name, input }, { signal } = {}) {
      try {
        const command = new StartExecutionCommand({ stateMachineArn, name, input });
        const { executionArn = '' } = await client.send(command, { abortSignal: signal });
        return { kind: 'started', executionArn };
      } catch (error) {
        if (isNamed(error, 'ExecutionAlreadyExists')) return { kind: 'taken' };
        throw translateError(error, 'StartExecution', 'the caller needs states:StartExecution on the state machine');
      }
    },

    async look(executionArn, { signal } = {}) {
      try {
        const found = await client.send(new DescribeExecutionCommand({ executionArn }), { abortSignal: signal });
        const { status = 'RUNNING', input, output, error, cause } = found;
        return {
          executionArn,
          status,
          ...(input !== undefined && { input }),
          ...(output !== undefined && { output }),
          ...(error !== undefined && { error }),
          ...(cause !== undefined && { cause }),
        };
      } catch (error) {
        if (isNamed(error, 'ExecutionDoesNotExist')) return undefined;
        throw translateError(
          error,
          'DescribeExecution',
          'the caller needs states:DescribeExecution on executions of the machine',
        );
      }
    },

    async stop(executionArn, cause, { signal } = {}) {
      try {
        await client.send(new StopExecutionCommand({ executionArn, error: 'Stopped', cause }), { abortSignal: signal });
      } catch (error) {
        if (isNamed(error, 'ExecutionDoesNotExist')) return;
        throw translateError(error, 'StopExecution', 'the caller needs states:StopExecution on executions of the machine');
      }
    },

    destroy: () => client.destroy(),
  };
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}
