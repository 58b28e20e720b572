import { loadParts, type RunDocument, type RunState, runCounts, StateError } from '@batchrock/core';
import { findHome, type RunHome } from '../compose/run-home.ts';
import { type Target, targetIdentity } from '../compose/target.ts';
import { plural } from '../render/figures.ts';
import { howToGoOn } from './run-status.ts';
import { runsOf, type Session } from './session.ts';

/** A run that has not ended and writes to the same file as the one that is to be started. */
interface UnfinishedRun {
  readonly run: string;
  readonly state: RunState;
  /** Jobs that live, may live, or have answers that nobody has collected. */
  readonly jobs: number;
  readonly home: RunHome;
}

/** The run that is to be started. */
export interface NewRun {
  readonly id: string;
  readonly output: string | undefined;
  readonly asked: {
    readonly source: string;
    readonly modelId: string;
    readonly request: RunDocument['request'];
    readonly target: Target;
  };
  /** `--new` */
  readonly isWanted: boolean;
}

/**
 * Looks for a run that has not ended and writes to the same file, before another one is started: after a change of the
 * dataset or the prompt the same command is another run, and the jobs of the first would be paid for nothing. Throws
 * `BR-E0211` when that run has jobs in flight, unless another one is wanted; says so otherwise.
 */
export async function checkUnfinished(session: Session, started: NewRun): Promise<void> {
  if (started.output === undefined) return;
  for (const found of await unfinishedRuns(session, started)) {
    const text = describe(found, started);
    if (found.jobs === 0 || found.state === 'stopped' || started.isWanted) {
      session.notice(`${text}; ${howToGoOn(found)} goes on with it, batchrock stop ${found.run} ends it`);
      continue;
    }
    throw new StateError('BR-E0211', `${text}; nothing was sent`, {
      hint: `${howToGoOn(found)} goes on with it, batchrock stop ${found.run} ends it; --new starts another beside it`,
      details: { run: found.run, jobs: found.jobs, file: started.output },
    });
  }
}

async function unfinishedRuns(session: Session, started: NewRun): Promise<readonly UnfinishedRun[]> {
  const found: UnfinishedRun[] = [];
  for (const run of await runsOf(session)) {
    if (run.state === 'ended' || run.run === started.id) continue;
    const home = await findHome(session.ledger, run.run);
    if (home === undefined || home.output?.path !== started.output || home.refusal !== undefined) continue;
    const { jobs } = runCounts(run, await loadParts(session.ledger, run));
    found.push({ run: run.run, state: run.state, jobs: jobs.submitting + jobs.submitted + jobs.ended, home });
  }
  return found;
}

function describe({ run, state, jobs, home }: UnfinishedRun, { output, asked }: NewRun): string {
  const inFlight = jobs === 0 ? 'no job in flight' : `${plural(jobs, 'job')} in flight`;
  const { document } = home;
  const isSameQuestion =
    document.source.name === asked.source &&
    document.model.modelId === asked.modelId &&
    JSON.stringify(document.request) === JSON.stringify(asked.request);
  const changed =
    JSON.stringify(targetIdentity(home.target)) === JSON.stringify(targetIdentity(asked.target))
      ? document.source.name
      : 'where it is to run';
  const why = isSameQuestion ? `${changed} has changed since run ${run} began` : `run ${run} asks something else`;
  return `${why}: it is ${state}, has ${inFlight} and writes to ${output} too`;
}
