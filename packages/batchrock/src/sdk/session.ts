import { allowKernel, InputError, listRuns, type RunBody, StateError } from '@batchrock/core';
import { openSqliteLedger } from '@batchrock/sqlite';
import type { Connection } from '../compose/connection.ts';
import { findHome, noteExports, type RunHome, requireWhole } from '../compose/run-home.ts';
import { isRunBusy } from '../compose/run-lock.ts';
import { type StackOptions, stackPlaceOf } from '../compose/stack-place.ts';
import { makeStateDir, requireLedger, stateDir, stateDirPath } from '../compose/state-dir.ts';
import { describeTarget } from '../compose/target.ts';
import { createEntryLog, type LogEntry } from '../log/index.ts';
import { nodeClock } from '../node/index.ts';
import { notifyTargets, settingTargets } from '../notify/target.ts';
import { withSettings } from '../settings/index.ts';
import { flushSpans } from '../telemetry/index.ts';
import type { Session } from './opened-session.ts';

export type { Session } from './opened-session.ts';

/** How a session is opened. With a stack, its runs are those that the functions of an orchestrator drive in an account. */
export interface SessionOptions extends StackOptions {
  /** Folder of the ledger; default: `BATCHROCK_STATE_DIR`, else where the XDG specification puts it. */
  readonly stateDir?: string;
  /** Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Folder that relative paths start at; default: the current one. */
  readonly cwd?: string;
  /** Hears what a user should know and no error is, one sentence each. */
  readonly onNotice?: (notice: string) => void;
  /** Hears what happens to runs, as entries of a log: nothing of a prompt, a row, an answer or a credential is in one. */
  readonly onLog?: (entry: LogEntry) => void;
  /** `error`, `warn`, `info` (default) or `debug`, which has the steps of each job too. */
  readonly logLevel?: string;
  /**
   * Whom a run tells when it has come to its end, or needs somebody: `https://…`, `arn:aws:sns:…`, `arn:aws:events:…:event-bus/…`.
   * Default: `BATCHROCK_NOTIFY`. Not with a stack.
   */
  readonly notify?: readonly string[] | undefined;
}

/** Which ledger is opened. */
export interface LedgerChoice {
  /** That of the state directory, whatever stack the settings name. */
  readonly ownLedger?: boolean;
  /** One that is there already. */
  readonly existing?: boolean;
}

/**
 * Opens the ledger of a state directory, and makes both when they do not exist; or that of a stack. Throws `BR-E0120` where a ledger is to
 * exist, and does not.
 */
export async function openSession(options: SessionOptions & LedgerChoice = {}): Promise<Session> {
  const cwd = options.cwd ?? process.cwd();
  const env = await withSettings(options.env ?? process.env, cwd);
  if (env['BATCHROCK_WASM'] === 'off') allowKernel(false);
  const dir = stateDir(stateDirPath(options.stateDir, env, cwd));
  if (options.existing) await requireLedger(dir);
  await makeStateDir(dir);
  const log = createEntryLog(options.logLevel, options.onLog ?? (() => undefined), nodeClock.now);
  const notice = (text: string): void => {
    options.onNotice?.(text);
    log('INFO', text);
  };
  const place = options.ownLedger ? undefined : stackPlaceOf(options, env);
  const notify = targetsOf(options, env, place !== undefined);
  if (place !== undefined) {
    const { openStackSession } = await import('./stack/open-stack-session.ts');
    return openStackSession(place, { dir, env, cwd, notice, log });
  }
  const ledger = openSqliteLedger(dir.ledger);
  const connections = new Map<string, Promise<Connection>>();
  const said = new Set<string>();
  const noticeOnce = (text: string): void => {
    if (!said.has(text)) notice(text);
    said.add(text);
  };
  return {
    dir,
    ledger,
    ledgerName: `the ledger ${dir.ledger}`,
    stack: undefined,
    env,
    cwd,
    notice,
    log,
    notify,
    findHome: (run) => findHome(ledger, run),
    noteExports: ({ ports }, run, files) => noteExports(ports, run, files),
    isAttended: async (run) => isRunBusy(dir, run),
    async connect(target) {
      const key = JSON.stringify(target);
      const known = connections.get(key);
      if (known) return known;
      // the AWS SDK takes most of a second to load: only commands that call a service wait for it
      const opening = import('../compose/connection.ts').then(({ connect }) => connect(target, { dir, ledger, env, notice }));
      connections.set(key, opening);
      const connection = await opening;
      noticeOnce(
        connection.synthetic ? `${describeTarget(target)}: answers are synthetic` : `jobs run at ${describeTarget(target)}`,
      );
      return connection;
    },
    async close() {
      for (const opening of connections.values()) await opening.then((each) => each.close()).catch(() => undefined);
      ledger.close();
      await flushSpans();
    },
  };
}

/** Whom runs tell; those of a stack are not driven here, and tell nobody from here. */
function targetsOf({ notify }: SessionOptions, env: Session['env'], hasStack: boolean): Session['notify'] {
  const given = notify ?? [];
  if (given.length > 0 && hasStack) {
    const hint = "leave it out: EventBridge has the ends of the stack's executions, as 'Step Functions Execution Status Change'";
    throw new InputError('BR-E0112', '--notify is for runs that this machine drives, not for those of a stack', { hint });
  }
  if (hasStack) return [];
  return given.length > 0 ? notifyTargets(given) : settingTargets(env['BATCHROCK_NOTIFY']);
}

/** As much of a session as `plan` needs: no ledger is opened, and nothing is made but folders for standard input and what an account says. */
export async function openLookingSession(options: SessionOptions = {}): Promise<Pick<Session, 'dir' | 'env' | 'cwd' | 'notice'>> {
  const cwd = options.cwd ?? process.cwd();
  const env = await withSettings(options.env ?? process.env, cwd);
  if (env['BATCHROCK_WASM'] === 'off') allowKernel(false);
  const dir = stateDir(stateDirPath(options.stateDir, env, cwd));
  return { dir, env, cwd, notice: options.onNotice ?? (() => undefined) };
}

/** Every run of the ledger, newest first; of a ledger that stacks share, those of the session's own. */
export async function runsOf(session: Session): Promise<readonly RunBody[]> {
  const runs = await listRuns(session);
  return session.stack === undefined ? runs : runs.filter((run) => session.stack?.isOwn(run));
}

/** The newest run of which something was sent, or could have been; says once which newer ones were refused before. */
async function newestBegun(session: Session, runs: readonly RunBody[]): Promise<RunBody | undefined> {
  for (const run of runs) {
    const home = await session.findHome(run.run);
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
  if (reference === undefined) {
    const runs = await runsOf(session);
    const newest = (await newestBegun(session, runs)) ?? runs[0];
    if (newest) return newest.run;
    throw new StateError('BR-E0201', `there is no run in ${session.ledgerName}`, {
      hint: `batchrock run starts one; ${session.stack === undefined ? '--state-dir chooses another ledger' : '--stack chooses another stack'}`,
    });
  }
  const named = await session.stack?.findRun(reference);
  if (named !== undefined) return named;
  const runs = await runsOf(session);
  const fits = runs.filter((run) => run.run.startsWith(reference) || run.run.startsWith(`r-${reference}`));
  const [only, another] = fits;
  if (only && (!another || only.run === reference)) return only.run;
  const exact = fits.find((run) => run.run === reference);
  if (exact) return exact.run;
  const several = fits.slice(0, 5).map((run) => run.run);
  const message = only
    ? `${reference} fits ${fits.length} runs: ${several.join(', ')}`
    : `no run ${reference} in ${session.ledgerName}`;
  throw new StateError('BR-E0201', message, { details: { run: reference } });
}

/** What a command that works on a run begins with. */
export interface OpenedRun {
  readonly id: string;
  readonly home: RunHome;
  readonly connection: Connection;
}

/** Finds a run and reaches its target. Throws `BR-E0208` for one whose rows and outcomes were removed. */
export async function openRun(session: Session, reference: string | undefined): Promise<OpenedRun> {
  const id = await findRunId(session, reference);
  const home = await loadRunHome(session, id);
  requireWhole(home);
  return { id, home, connection: await session.connect(home.target) };
}

/** The home of a run. Throws `BR-E0201` when this ledger does not have it. */
export async function loadRunHome(session: Session, run: string): Promise<RunHome> {
  const home = await session.findHome(run);
  if (home !== undefined) return home;
  throw new StateError('BR-E0201', `no run ${run} in ${session.ledgerName}`, { details: { run } });
}
