import { findRun } from '@batchrock/core';
import { executionArnOf, executionName } from './names.ts';
import { runOfOutput } from './run-of-output.ts';
import type { StackSession } from './stack-session.ts';

/** An execution that asks for a run, started now or found. */
export interface BegunExecution {
  readonly executionArn: string;
  readonly name: string;
  readonly jobPrefix: string;
  /** Its run, where that is known. */
  readonly run: string | undefined;
  /** Started now. */
  readonly isNew: boolean;
}

/** What is to be begun. */
export interface BeginRequest {
  /** Of all that is asked: it finds the executions that asked the same. */
  readonly hash: string;
  readonly jobPrefix: string;
  readonly input: object;
  /** The same hash means the same content of the dataset, so that an execution that succeeded need not be repeated. */
  readonly isPinned: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Called before one is started; `run` is what an execution before it has answered. */
  readonly beforeStart: (run: string | undefined) => Promise<void>;
}

/**
 * Finds the execution that asks the same, or starts one. The name follows from what is asked, and Step Functions takes a name and an
 * input that are running already for the same execution: so a command that is repeated, by whomever, starts one. One that has failed
 * is followed by the next, which finds the run and goes on with it.
 */
export async function beginExecution(stack: StackSession, o: BeginRequest): Promise<BegunExecution> {
  const { executions, connection } = stack;
  const { machineArn } = stack.stack;
  const call = o.signal ? { signal: o.signal } : {};
  let before: string | undefined;
  for (let serial = 1; ; serial++) {
    const name = executionName(o.jobPrefix, o.hash, serial);
    const executionArn = executionArnOf(machineArn, name);
    const view = await executions.look(executionArn, call);
    const found = { executionArn, name, jobPrefix: o.jobPrefix, isNew: false };
    if (view?.status === 'RUNNING') return { ...found, run: undefined };
    const run = runOfOutput(view?.output);
    if (run !== undefined && o.isPinned && (await findRun(connection.ports.ledger, run))) return { ...found, run };
    before = run ?? before;
    if (view !== undefined) continue;
    await o.beforeStart(before);
    const started = await executions.start(machineArn, { name, input: JSON.stringify(o.input) }, call);
    if (started.kind === 'started') return { ...found, executionArn: started.executionArn, run: undefined, isNew: true };
  }
}
