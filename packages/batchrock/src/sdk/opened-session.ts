import type { Ledger } from '@batchrock/core';
import type { Connection } from '../compose/connection.ts';
import type { RunHome } from '../compose/run-home.ts';
import type { StateDir } from '../compose/state-dir.ts';
import type { Target } from '../compose/target.ts';
import type { Log } from '../log/index.ts';
import type { NotifyTarget } from '../notify/target.ts';
import type { NotedExport } from '../request/output.ts';
import type { StackSession } from './stack/stack-session.ts';

/** An open ledger and the targets that were reached through it. */
export interface Session {
  readonly dir: StateDir;
  readonly ledger: Ledger;
  /** The ledger in words, for messages. */
  readonly ledgerName: string;
  /** The account that drives the runs of the ledger; undefined: processes of this machine do. */
  readonly stack: StackSession | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly notice: (notice: string) => void;
  /** Takes what happens to runs that this process drives, for programs. */
  readonly log: Log;
  /** Whom runs that this process drives tell how they came out. */
  readonly notify: readonly NotifyTarget[];
  /** Connects, once for each target. */
  connect(target: Target): Promise<Connection>;
  /** What is known of a run beside what the core keeps. */
  findHome(run: string): Promise<RunHome | undefined>;
  /** Notes files of results with their run. */
  noteExports(connection: Connection, run: string, files: readonly NotedExport[]): Promise<void>;
  /** Whether somebody works on a run that is not at rest. */
  isAttended(run: string): Promise<boolean>;
  close(): Promise<void>;
}
