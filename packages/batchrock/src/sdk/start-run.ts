import { resolve } from 'node:path';
import { ensureLane, findRun, findRunByIdentity, type RunBody, resumeRun, StateError, setTail } from '@batchrock/core';
import { timeoutHoursIn, withoutEffect } from '../compose/job-settings.ts';
import { findHome, type RunHome, requireWhole, saveHome } from '../compose/run-home.ts';
import { lockRun } from '../compose/run-lock.ts';
import { newOwner } from '../compose/run-owner.ts';
import { jobSettingsIn, type Target, targetIdentity } from '../compose/target.ts';
import { nodeSha256 } from '../node/index.ts';
import { tellFailure } from '../notify/tell-run.ts';
import { askedTail } from '../request/asked-tail.ts';
import { findFreeRun } from '../request/free-run.ts';
import { freezeDocument } from '../request/freeze-document.ts';
import { runIdentity } from '../request/identity.ts';
import {
  checkNoSource,
  checkOutputPlace,
  type OutputPlace,
  outputExists,
  outputFormatOf,
  standingAt,
  standingFiles,
} from '../request/output.ts';
import type { RunRequest } from '../request/request.ts';
import { boundsOf } from '../request/run-bounds.ts';
import { surveyRows } from '../request/survey.ts';
import { inRunSpan } from '../telemetry/index.ts';
import { checkBudget } from './budget.ts';
import { checkKept } from './check-reach.ts';
import { driveToRest } from './drive-run.ts';
import type { FoundDataset, InspectOptions } from './found-question.ts';
import { type Inspected, inspect } from './inspect.ts';
import { prepareTold } from './prepare-told.ts';
import type { LeaveOptions } from './progress.ts';
import { noteRefusal } from './refusal.ts';
import { openLanesElsewhere, withQuotasElsewhere } from './region-lanes.ts';
import type { RunReport } from './reports.ts';
import { withErrorsFile } from './result-writer.ts';
import type { Session } from './session.ts';
import { checkUnfinished } from './unfinished-run.ts';

/** What `startRun` may ask and whom it tells. */
export interface StartOptions extends InspectOptions, LeaveOptions {
  /** Asked before a run that costs more than is spent unasked; absent: nobody can be asked. */
  readonly confirm?: (question: string) => Promise<boolean>;
  /** Do not ask. */
  readonly yes?: boolean;
}

/** A run that is begun together with others. */
export interface TogetherOptions extends StartOptions {
  /** Its dataset, where that is found already. */
  readonly given?: FoundDataset;
  /** Its cost was agreed to with that of the others. */
  readonly isAgreed?: boolean;
  /** Called when all is done that comes before its first job, which waits for it. */
  readonly onBegun?: (run: string) => Promise<void>;
}

/** Rows that are measured before the part size is frozen and the cost is estimated. */
const SURVEYED_ROWS = 1000;

/**
 * Starts a run, or goes on with the one that the same question has: checks everything before anything is sent, prepares the
 * parts, sends them, collects them, writes the results. Throws for everything that keeps it from that; bad rows are
 * outcomes, not errors.
 */
export async function startRun(session: Session, request: RunRequest, options: TogetherOptions = {}): Promise<RunReport> {
  const asked = await checkOutput(session, request);
  const inspected = await inspect(session, withFreshImages(request), { ...options, asksAccount: true }, options.given);
  try {
    const output = asked === undefined ? undefined : withErrorsFile(asked, inspected.question);
    const { modelId: model } = inspected.question.model;
    return await inRunSpan('run', { model }, () => startInspected(session, request, inspected, { ...options, output }));
  } finally {
    await inspected.close();
  }
}

/** Another run of the same question fetches its images anew. */
function withFreshImages(request: RunRequest): RunRequest {
  const { fetchImages } = request;
  return request.new && fetchImages !== undefined ? { ...request, fetchImages: { ...fetchImages, again: true } } : request;
}

async function startInspected(
  session: Session,
  request: RunRequest,
  inspected: Inspected,
  { output, ...options }: TogetherOptions & { readonly output: RunHome['output'] },
): Promise<RunReport> {
  const timeoutHours = timeoutHoursIn(session.env);
  for (const path of output === undefined ? [] : await standingFiles(output)) {
    await checkNoSource(path, inspected.dataset.sources, session.cwd);
  }
  const identity = identityOf(request, inspected);
  const known = await findRunByIdentity({ ledger: session.ledger, digest: nodeSha256 }, identity);
  const found =
    request.new || known.run === undefined
      ? await findFreeRun((await session.connect(inspected.target)).ports, {
          identity,
          serial: known.count,
          isNew: request.new ?? false,
        })
      : { id: known.run.run, run: known.run };
  const { id } = found;
  if (found.run === undefined) {
    const { dataset, question } = inspected;
    const asked = { source: dataset.name, modelId: question.model.modelId, request: question.request, target: inspected.target };
    await checkUnfinished(session, { id, output: output?.path, asked, isWanted: request.new ?? false });
  }
  const lock = await lockRun(session.dir, id);
  try {
    // read again under the lock: the same command may have brought it further, or to its end, since it was found
    const before = (await findRun(session.ledger, id))?.body;
    const kept = await findHome(session.ledger, id);
    if (kept !== undefined) requireWhole(kept);
    const mayReplace = await checkPlace(request, output, kept);
    options.onProgress?.({ phase: 'run', run: id, found: before !== undefined, state: before?.state ?? 'preparing' });
    if (kept !== undefined) {
      tellWithoutEffect(session, request, inspected.target, kept);
      await checkKept(session, kept, inspected.target.residency, options.signal);
    }
    const connection = await session.connect(kept?.target ?? inspected.target);
    const survey = await surveyRows(inspected.dataset, inspected.question, { maxRows: SURVEYED_ROWS });
    const document =
      kept?.document ??
      (await withQuotasElsewhere(
        session,
        freezeDocument({
          ...inspected,
          run: id,
          identity,
          asked: { ...request, timeoutHours: request.timeoutHours ?? timeoutHours },
          maxErrorRate: request.maxErrorRate,
          synthetic: connection.synthetic,
          recordBytes: survey.sample?.bytes,
        }),
        { target: inspected.target, catalogue: request.catalogue, signal: options.signal },
      ));
    const home: RunHome = {
      document,
      target: kept?.target ?? inspected.target,
      dataset: {
        name: inspected.dataset.name,
        format: inspected.dataset.dialect.format,
        delimiter: request.delimiter,
      },
      output,
      exports: kept?.exports ?? [],
      maxErrorRate: request.maxErrorRate ?? kept?.maxErrorRate ?? 0,
    };
    await saveHome(session.ledger, home);
    try {
      await prepareTold(connection.ports, home, inspected.dataset, before, {
        ...options,
        notice: session.notice,
        owner: newOwner(session.dir),
      });
      // not the document's: the quota may be another one than when the run was begun
      await ensureLane(connection.ports, document.lane, request.slots ?? inspected.question.model.limits.maxJobs);
      const { slots, catalogue } = request;
      await openLanesElsewhere(session, connection.ports, home, { slots, catalogue, signal: options.signal });
      await checkBudget(session, connection.ports, { home, request, survey }, options);
    } catch (error) {
      await noteRefusal(session, home, error, kept?.refusal);
      await tellFailure(session, { home, signal: options.signal }, error);
      throw error;
    }
    const tail = askedTail(request);
    if (tail !== undefined && before !== undefined) await setTail(connection.ports, id, tail, options);
    await options.onBegun?.(id);
    await wake(connection.ports, before, options);
    return await driveToRest(session, connection, id, { ...options, home, mayReplace });
  } finally {
    lock.release();
  }
}

/** Jobs of one run are kept in one way, whatever is said of it later. */
function tellWithoutEffect(session: Session, request: RunRequest, target: Target, { document }: RunHome): void {
  const flags = withoutEffect(request, jobSettingsIn(target), document);
  if (flags.length === 0) return;
  session.notice(
    `run ${document.run} was begun without ${listed(flags)} as given: its jobs stay as they are; --new starts another beside it`,
  );
}

function listed(flags: readonly string[]): string {
  return flags.length === 1 ? `${flags[0]}` : `${flags.slice(0, -1).join(', ')} and ${flags.at(-1)}`;
}

function identityOf(request: RunRequest, inspected: Inspected): string {
  return runIdentity({
    question: inspected.question,
    files: inspected.files,
    format: inspected.dataset.dialect.format,
    delimiter: request.delimiter,
    recordsPerJob: request.recordsPerJob,
    bounds: boundsOf(request),
    strict: request.strict ?? false,
    dedupe: request.dedupe,
    cache: request.cache,
    target: targetIdentity(inspected.target),
  });
}

export async function checkOutput(session: Pick<Session, 'cwd'>, request: RunRequest): Promise<OutputPlace | undefined> {
  if (request.out === undefined) return undefined;
  const format = outputFormatOf(request.out);
  const path = resolve(session.cwd, request.out);
  await checkOutputPlace(path);
  return { path, format, maxRowsPerFile: request.maxRowsPerFile, csvSafe: request.csvSafe, shape: request.shape };
}

/** True when a file stands at the output's place that may be replaced. Throws `BR-E0111` when one may not. */
async function checkPlace(request: RunRequest, output: OutputPlace | undefined, kept: RunHome | undefined): Promise<boolean> {
  if (output === undefined || request.force) return true;
  const standing = await standingAt(output, kept?.exports ?? []);
  if (standing.what === 'foreign') {
    throw outputExists(standing.path === output.path ? (request.out ?? output.path) : standing.path);
  }
  return standing.what === 'ours';
}

/** Lets a run go on that somebody stopped or paused, or that a refusal has blocked: giving the command again says that it should. */
async function wake(
  ports: Parameters<typeof resumeRun>[0],
  before: RunBody | undefined,
  { signal }: StartOptions,
): Promise<void> {
  if (before === undefined) return;
  const { state, blocked, paused } = before;
  const mayNotSend = state === 'running' && (blocked !== undefined || paused !== undefined);
  if (state === 'stopped' || state === 'stopping' || mayNotSend) await resumeRun(ports, before.run, { signal });
}

/** Throws `BR-E0207` for a run that was never prepared to its end: only its command can do that. */
export function requirePrepared(run: RunBody): void {
  if (run.state !== 'preparing') return;
  throw new StateError('BR-E0207', `run ${run.run} was not prepared to its end`, {
    hint: 'give its batchrock run command again: it goes on where it stopped',
    details: { run: run.run },
  });
}
