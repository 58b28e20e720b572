import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { InputError, type ObjectSink } from '@batchrock/core';
import { noteExports } from '../../compose/run-home.ts';
import {
  checkNoSource,
  checkOutputPlace,
  errorsPath,
  type KnownExport,
  type NotedExport,
  type OutputPlace,
  outputExists,
  outputFormatOf,
  standingAt,
  standingFiles,
} from '../../request/output.ts';
import type { RunRequest } from '../../request/request.ts';
import type { OutputReport, RunReport } from '../reports.ts';
import { ResultFiles } from '../result-files.ts';
import type { RunStatus } from '../run-status.ts';
import { runsOf, type Session } from '../session.ts';
import { type StartOptions, startRun } from '../start-run.ts';
import { type AskedRun, agreeOnCost } from './agree-on-cost.ts';
import { combinedStatus } from './combined-status.ts';
import { findModels, type ModelDataset, type SplitDataset } from './find-models.ts';
import { mergeOutputs } from './merge-outputs.ts';
import { splitFolder, splitName } from './split-folder.ts';

/** A run for each model that the lines of a file name. */
export interface SplitRequest extends Omit<RunRequest, 'model' | 'shape' | 'csvSafe' | 'maxRowsPerFile' | 'jobPrefix'> {
  /** Of lines that name none. */
  readonly model?: string | undefined;
}

/** What became of the runs of a file that was split. */
export interface SplitReport {
  /** One for each model, in the order of their first lines. */
  readonly runs: readonly RunReport[];
  /** The one output of all of them. */
  readonly output: OutputReport | undefined;
}

/** Where the one output goes, and who is told. */
export interface SplitOptions extends StartOptions {
  /** Is given the output, where no file is. */
  readonly sink?: ObjectSink;
}

/**
 * Starts a run for each model that the lines of an OpenAI batch file name, or goes on with those that are there, and merges their
 * outputs into one, with a line for each line of the input. Nothing is sent before all of them are prepared and may be sent. Whatever
 * it is interrupted by, the same request goes on: the lines of a model are the same dataset, which has the same run.
 */
export async function startSplit(session: Session, request: SplitRequest, options: SplitOptions = {}): Promise<SplitReport> {
  const { sink, ...follow } = options;
  if (session.stack !== undefined) {
    throw new InputError('BR-E0112', '--split-models is for runs that this machine drives, not for those of a stack');
  }
  const place = await placeOf(session, request);
  const dataset = await findModels(session, request, follow);
  try {
    const known = place === undefined ? [] : await knownExports(session, place);
    const isStanding = place !== undefined && (await checkStanding(session, place, { known, dataset, request }));
    const asked = await askedRuns(session, request, dataset, place?.path ?? (sink === undefined ? undefined : '-'));
    const ceilings = await agreeOnCost(session, asked, request.maxCostUsd, follow);
    const runs = await driveAll(session, asked, ceilings, follow);
    const merge = { dataset, outputs: outputsOf(runs, dataset.models), signal: follow.signal };
    if (sink !== undefined) await mergeOutputs({ ...merge, output: sink });
    const output = place === undefined ? undefined : await publish(session, place, { runs, known, merge, isStanding });
    return { runs, output };
  } finally {
    await dataset.close();
  }
}

async function placeOf(session: Session, { out }: SplitRequest): Promise<OutputPlace | undefined> {
  if (out === undefined) return undefined;
  const format = outputFormatOf(out);
  if (format !== 'jsonl') {
    throw new InputError('BR-E0112', `--split-models writes an OpenAI batch output, which is JSON Lines, and ${out} is not`, {
      hint: 'take *.jsonl; batchrock results RUN --shape flat writes each run in columns',
    });
  }
  const path = resolve(session.cwd, out);
  await checkOutputPlace(path);
  return { path, format, errors: errorsPath(path) };
}

/** What runs have written to the place. */
async function knownExports(session: Session, place: OutputPlace): Promise<readonly KnownExport[]> {
  const known: KnownExport[] = [];
  for (const { run } of await runsOf(session)) known.push(...((await session.findHome(run))?.exports ?? []));
  return known.filter(({ path }) => path === place.path || path === place.errors);
}

/** True when what stands there may be replaced. */
async function checkStanding(
  session: Session,
  place: OutputPlace,
  o: { readonly known: readonly KnownExport[]; readonly dataset: SplitDataset; readonly request: SplitRequest },
): Promise<boolean> {
  for (const path of await standingFiles(place)) await checkNoSource(path, o.dataset.sources, session.cwd);
  if (o.request.force) return true;
  const standing = await standingAt(place, o.known);
  if (standing.what === 'foreign') throw outputExists(standing.path);
  return standing.what === 'ours';
}

/** The output of each run lies in the state directory, by the place of the one output: a run that writes there too is found. */
async function askedRuns(
  session: Session,
  request: SplitRequest,
  { models }: SplitDataset,
  place: string | undefined,
): Promise<readonly AskedRun[]> {
  const folder = splitFolder(session.dir);
  if (place !== undefined) await mkdir(folder, { recursive: true, mode: 0o700 });
  return models.map((lines) => {
    const { model, found, xxh128 } = lines;
    const key = (to: string) => (to === '-' ? [to, xxh128, model] : [to, model]);
    const out = place === undefined ? undefined : join(folder, splitName(...key(place)));
    const asked = { ...request, model, dataset: found.name, inputFormat: 'openai', out, force: true } as const;
    return { request: { ...asked, shape: 'openai', maxCostUsd: undefined }, lines };
  });
}

/**
 * Begins the runs one after the other, and drives them side by side when all have begun. Where one cannot be begun, none is sent;
 * where one cannot go on, the others do, and then its error is thrown.
 */
async function driveAll(
  session: Session,
  asked: readonly AskedRun[],
  ceilings: readonly (number | undefined)[],
  options: StartOptions,
): Promise<readonly RunReport[]> {
  const allBegun = gate();
  // rejected where a run cannot be begun; those that wait for it hear of it, and there may be none yet
  allBegun.promise.catch(() => undefined);
  const told = tellTogether(asked.length, options);
  const driven: Promise<RunReport>[] = [];
  for (const [i, { request, lines }] of asked.entries()) {
    const begun = gate();
    const run = startRun(
      session,
      { ...request, maxCostUsd: ceilings[i] },
      {
        ...options,
        onProgress: told(i),
        given: lines.found,
        isAgreed: true,
        onBegun: () => {
          begun.resolve();
          return allBegun.promise;
        },
      },
    );
    driven.push(run);
    try {
      await Promise.race([begun.promise, run]);
    } catch (error) {
      allBegun.reject(error);
      await Promise.allSettled(driven);
      throw error;
    }
  }
  allBegun.resolve();
  const settled = await Promise.allSettled(driven);
  const failed = settled.find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
}

/** A promise that is settled from outside. */
function gate(): { readonly promise: Promise<void>; resolve(): void; reject(error: unknown): void } {
  let resolve: () => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<void>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  return { promise, resolve, reject };
}

/** Tells of several runs as of one while their jobs run. */
function tellTogether(count: number, { onProgress }: StartOptions): (run: number) => NonNullable<StartOptions['onProgress']> {
  const statuses: (RunStatus | undefined)[] = Array.from({ length: count });
  return (i) => (progress) => {
    if (progress.phase === 'event' && progress.event.kind === 'finished') return;
    if (progress.phase !== 'running') return onProgress?.(progress);
    statuses[i] = progress.status;
    const known = statuses.filter((each) => each !== undefined);
    if (known.length === count) onProgress?.({ ...progress, status: combinedStatus(known) });
  };
}

function outputsOf(runs: readonly RunReport[], models: readonly ModelDataset[]): ReadonlyMap<string, string> {
  return new Map(runs.map(({ output }, i) => [models[i]?.model ?? '', output?.path ?? '']));
}

/** The merged files have all of a run where its own output, as it was merged, has. */
function asWholeAs(
  exports: readonly NotedExport[],
  own: RunReport['output'],
  merged: readonly KnownExport[],
  place: string,
): readonly NotedExport[] {
  const whole = exports.find(({ path, xxh128 }) => path === own?.path && xxh128 === own.xxh128)?.whole;
  if (whole === undefined) return merged;
  return merged.map((file) => ({ ...file, whole: { seq: whole.seq, place, files: merged.length } }));
}

async function publish(
  session: Session,
  place: OutputPlace,
  o: {
    readonly runs: readonly RunReport[];
    readonly known: readonly KnownExport[];
    readonly merge: Omit<Parameters<typeof mergeOutputs>[0], 'output' | 'openErrors'>;
    readonly isStanding: boolean;
  },
): Promise<OutputReport> {
  const { path, errors } = place;
  const files = await ResultFiles.begin({ replace: o.isStanding });
  try {
    const openErrors = errors === undefined ? undefined : () => files.open(errors);
    const rows = await mergeOutputs({ ...o.merge, output: files.open(path), openErrors });
    const published = await files.publish({
      replace: o.isStanding,
      known: o.known,
      stale: async (written) => (await standingFiles(place)).filter((each) => !written.some((file) => file.path === each)),
      beforeCommit: async (written) => {
        for (const { status, output } of o.runs) {
          const home = await session.findHome(status.run);
          if (home === undefined) continue;
          const { ports } = await session.connect(home.target);
          await noteExports(ports, status.run, asWholeAs(home.exports, output, written, path));
        }
      },
    });
    const { bytes = 0, xxh128 = '' } = published.files.find((file) => file.path === path) ?? {};
    const failed = published.files.find((file) => file.path === errors);
    const { unchanged } = published;
    return { path, format: 'jsonl', rows, bytes, xxh128, ...(failed === undefined ? {} : { errors: failed }), unchanged };
  } finally {
    await files.abort();
  }
}
