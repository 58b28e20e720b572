import { createDynamoLedger } from '@batchrock/aws/dynamodb';
import { createExecutions, describeStack, type Executions } from '@batchrock/aws/stack';
import type { CallOptions, Ledger } from '@batchrock/core';
import { nodeClock, nodeRandom } from '../node/index.ts';
import { type Connection, connect } from './connection.ts';
import { type OrchestratorStack, orchestratorOf } from './orchestrator-stack.ts';
import type { StackPlace } from './stack-place.ts';
import type { StateDir } from './state-dir.ts';
import type { Target } from './target.ts';

/** An orchestrator in an account that is reached. */
export interface OpenedStack {
  readonly stack: OrchestratorStack;
  readonly ledger: Ledger;
  readonly executions: Executions;
  /** Where the jobs of its runs run. */
  readonly target: Target;
  readonly connection: Connection;
  close(): Promise<void>;
}

/** What opening a stack needs beside its place. */
export interface OpenStackOptions extends CallOptions {
  readonly dir: StateDir;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Hears of a server that does not answer. */
  readonly notice: (text: string) => void;
}

/** Finds a stack and reaches what is in it. Throws what `orchestratorOf` throws, and what the account refuses. */
export async function openStack(place: StackPlace, { dir, env, notice, signal }: OpenStackOptions): Promise<OpenedStack> {
  const { region, profile, endpointUrl } = place;
  const shared = { region, profile, endpoint: endpointUrl, onWaiting: notice };
  const stack = orchestratorOf(await describeStack(shared, place.name, signal ? { signal } : {}), place);
  const ledger = createDynamoLedger({ ...shared, table: stack.table, clock: nodeClock, random: nodeRandom });
  const executions = createExecutions(shared);
  const target: Target = {
    kind: 'aws',
    stack: stack.name,
    region,
    bucket: stack.bucket,
    prefix: '',
    roleArn: stack.roleArn ?? '',
    ...(profile !== undefined && { profile }),
    ...(endpointUrl !== undefined && { endpointUrl }),
  };
  const connection = await connect(target, { dir, ledger, env, notice });
  return {
    stack,
    ledger,
    executions,
    target,
    connection,
    async close() {
      executions.destroy();
      ledger.destroy();
      await connection.close();
    },
  };
}
