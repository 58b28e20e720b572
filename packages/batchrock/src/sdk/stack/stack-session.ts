import type { RunBody } from '@batchrock/core';
import type { OpenedStack } from '../../compose/open-stack.ts';
import type { OutputPlace } from '../../request/output.ts';

/** What a session knows of the account that drives its runs. */
export interface StackSession extends Pick<OpenedStack, 'stack' | 'executions' | 'target' | 'connection'> {
  readonly name: string;
  /** False for a run of another stack that shares the ledger: its objects lie in another bucket. */
  isOwn(run: Pick<RunBody, 'store'>): boolean;
  /** The run that an id, a job prefix or an execution (its name or ARN) means; undefined where it means none. */
  findRun(reference: string): Promise<string | undefined>;
  /** Notes where results of a run are to go on this machine. */
  noteOutput(run: string, output: OutputPlace): Promise<void>;
}
