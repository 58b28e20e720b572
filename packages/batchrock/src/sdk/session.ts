import { allowKernel, listRuns, type RunBody, StateError } from '@batchrock/core';
import { openSqliteLedger, type SqliteLedger } from '@batchrock/sqlite';
import type { Connection } from '../compose/connection.ts';
import { findHome, loadHome, type RunHome } from '../compose/run-home.ts';
import { makeStateDir, type StateDir, stateDir, stateDirPath } from '../compose/state-dir.ts';
import { describeTarget, type Target } from '../compose/target.ts';

/** How a session is opened. */
export interface SessionOptions {
  /** Folder of the ledger; default: `BATCHROCK_STATE_DIR`, else where the XDG specification puts it. */
  readonly stateDir?: string;
  /** Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Folder that relative paths start at; default: the current one. */
  readonly cwd?: string;
  /** Hears what a user should know and no error is, one sentence each. */
  readonly onNotice?: (notice: string) => void;
}

/** An open ledger and the targets that were reached through it. */
export interface Session {
  readonly dir: StateDir;
  readonly ledger: SqliteLedger;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly notice: (notice: string) => void;
  /** Connects, once for each target. */
  connect(target: Target): Promise<Connection>;
  close(): Promise<void>;
}

/** Opens the ledger of a state directory; makes both when they do not exist. */
export async function openSession(options: SessionOptions = {}): Promise<Session> {
  const env = options.env ?? process.env;
  if (env['BATCHROCK_WASM'] === 'off') allowKernel(false);
  const cwd = options.cwd ?? process.cwd();
  const dir = stateDir(stateDirPath(options.stateDir, env, cwd));
  await makeStateDir(dir);
  const ledger = openSqliteLedger(dir.ledger);
  const connections = new Map<string, Promise<Connection>>();
  const notice = options.onNotice ?? (() => undefined);
  return {
    dir,
    ledger,
    env,
    cwd,
    notice,
    async connect(target) {
      const key = JSON.stringify(target);
      const known = connections.get(key);
      if (known) return known;
      // the AWS SDK takes most of a second to load: only commands that call a service wait for it
      const opening = import('../compose/connection.ts').then(({ connect }) => connect(target, { dir, ledger, env, notice }));
      connections.set(key, opening);
      const connection = await opening;
      notice(connection.synthetic ? `${describeTarget(target)}: answers are synthetic` : `jobs run at ${describeTarget(target)}`);
      return connection;
    },
    async close() {
      for (const opening of connections.values()) await opening.then((each) => each.close()).catch(() => undefined);
      ledger.close();
    },
  };
}

/** As much of a session as `plan` needs: no ledger is opened, and nothing but the folder for standard input is made. */
export async function openLookingSession(options: SessionOptions = {}): Promise<Pick<Session, 'dir' | 'env' | 'cwd' | 'notice'>> {
  const env = options.env ?? process.env;
  if (env['BATCHROCK_WASM'] === 'off') allowKernel(false);
  const cwd = options.cwd ?? process.cwd();
  const dir = stateDir(stateDirPath(options.stateDir, env, cwd));
  return { dir, env, cwd, notice: options.onNotice ?? (() => undefined) };
}

/** Every run of the ledger, newest first. */
export function runsOf(session: Session): Promise<readonly RunBody[]> {
  return listRuns(session);
}

/** The newest run of which something was sent, or could have been; says once which newer ones were refused before. */
async function newestBegun(session: Session, runs: readonly RunBody[]): Promise<RunBody | undefined> {
  for (const run of runs) {
    const home = await findHome(session.ledger, run.run);
    if (home?.refusal === undefined) return run;
    if (passedOver.get(session)?.has(run.run)) continue;
    passedOver.set(session, (passedOver.get(session) ?? new Set()).add(run.run));
    session.notice(`run ${run.run} is passed over: it was refused before anything was sent (${home.refusal.code})`);
  }
  return undefined;
}

const passedOver = new WeakMap<Session, Set<string>>();

/**
 * The run that a user means: its id, the start of one that no other shares, or without either the newest that was begun. Throws
 * `BR-E0201`, naming the runs that the start fits.
 */
export async function findRunId(session: Session, reference: string | undefined): Promise<string> {
  const runs = await runsOf(session);
  if (reference === undefined) {
    const newest = (await newestBegun(session, runs)) ?? runs[0];
    if (newest) return newest.run;
    throw new StateError('BR-E0201', `there is no run in the ledger ${session.dir.ledger}`, {
      hint: 'batchrock run starts one; --state-dir chooses another ledger',
    });
  }
  const fits = runs.filter((run) => run.run.startsWith(reference) || run.run.startsWith(`r-${reference}`));
  const [only, another] = fits;
  if (only && (!another || only.run === reference)) return only.run;
  const exact = fits.find((run) => run.run === reference);
  if (exact) return exact.run;
  const named = fits.slice(0, 5).map((run) => run.run);
  const message = only
    ? `${reference} fits ${fits.length} runs: ${named.join(', ')}`
    : `no run ${reference} in the ledger ${session.dir.ledger}`;
  throw new StateError('BR-E0201', message, { details: { run: reference } });
}

/** What a command that works on a run begins with. */
export interface OpenedRun {
  readonly id: string;
  readonly home: RunHome;
  readonly connection: Connection;
}

/** Finds a run and reaches its target. */
export async function openRun(session: Session, reference: string | undefined): Promise<OpenedRun> {
  const id = await findRunId(session, reference);
  const home = await loadHome(session.ledger, id);
  return { id, home, connection: await session.connect(home.target) };
}

/** The home of a run. Throws `BR-E0201` when this ledger does not have it. */
export function loadRunHome(session: Session, run: string): Promise<RunHome> {
  return loadHome(session.ledger, run);
}

/** The home of a run, if this ledger has it. */
export function homeOf(session: Session, run: string): Promise<RunHome | undefined> {
  return findHome(session.ledger, run);
}
