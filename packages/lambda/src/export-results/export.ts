import {
  InputError,
  type ResultWriter,
  type RunReading,
  readRun,
  runCounts,
  StateError,
  tokenCost,
  writeText,
} from '@batchrock/core';
import { createCsvWriter, createParquetWriter } from '@batchrock/formats';
import type { Deadline, Engine } from '../engine/index.ts';
import { exportParts, firstParts } from '../exporting/index.ts';
import { type Home, loadHome } from '../home/index.ts';
import {
  checkClaim,
  pointerKey,
  pointerText,
  type ResultCounts,
  type ResultsPointer,
  type ResultsStatus,
  resultsFolder,
  resultsKey,
} from '../results/index.ts';

/** What the state machine says to `export-results`. */
export interface ExportPayload {
  readonly run: string;
  /** The first part whose results are not written yet. */
  readonly from: number;
}

/** Where something lies in S3. */
interface Location {
  readonly bucket: string;
  readonly key: string;
}

/** What the state machine goes on with; at last it is what the execution answers. */
export type ExportAnswer =
  | { readonly run: string; readonly done: false; readonly from: number; readonly results_location: Location }
  | {
      readonly run: string;
      readonly done: true;
      readonly from: number;
      readonly status: ResultsStatus;
      readonly counts: ResultCounts;
      readonly tokens: { readonly input: number | null; readonly output: number | null };
      readonly cost_usd?: number;
      /** While it is short: `results_location` has all of them always. */
      readonly output_paths?: readonly { readonly output_path: string }[];
      /** All of them as a pattern, which another execution takes as its `s3_uri`. */
      readonly results_uri: string;
      readonly results_location: Location;
    };

/** Reads the payload. Throws `BR-E0112` for one that no state machine of ours sends. */
export function parseExportPayload(payload: unknown): ExportPayload {
  const { run, from } = (payload ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof run === 'string' && Number.isSafeInteger(from) && (from as number) >= 0) return { run, from: from as number };
  throw new InputError('BR-E0112', 'the payload is none of the state machine: run and from are missing');
}

/**
 * Writes the results of a run, one file a part of the first attempt, in order of the rows, as many as the call has time for; then
 * the pointer to all of them, and how the run came out. Throws `BR-E0204` while the run has not ended, `BR-E0111` when the folder
 * became another run's.
 */
export async function exportRun(engine: Engine, { run, from }: ExportPayload, deadline: Deadline): Promise<ExportAnswer> {
  const { ports, log } = engine;
  const home = await loadHome(ports, run);
  const reading = await readRun(ports, run);
  if (reading === undefined) throw new StateError('BR-E0201', `no run ${run} in this ledger`, { details: { run } });
  if (reading.run.state !== 'ended') {
    throw new StateError('BR-E0204', `run ${run} is ${reading.run.state}; its results are written when it has ended`);
  }
  await checkClaim(ports, home);
  const { length } = firstParts(reading);
  const next = await exportParts(ports, { reading, from, deadline, writerOf: (part) => writerOf(engine, home, part) });
  log('INFO', 'results written', { run, count: next - from });
  const results_location = locationOf(engine, pointerKey(home.jobNamePrefix));
  if (next < length) return { run, done: false, from: next, results_location };
  return finish(engine, reading, home, length);
}

function writerOf({ ports }: Engine, { jobNamePrefix, resultsFormat }: Home, part: number): ResultWriter {
  const sink = ports.objects.create(resultsKey(jobNamePrefix, part, resultsFormat));
  return resultsFormat === 'csv' ? createCsvWriter(sink) : createParquetWriter(sink);
}

/** Files are named in an execution's output up to so much of it; Step Functions takes 256 KiB (service quotas, 2026-11). */
const MOST_PATHS_BYTES = 100_000;

async function finish(engine: Engine, reading: RunReading, home: Home, parts: number): Promise<ExportAnswer> {
  const { ports } = engine;
  const { document, run } = reading;
  const { rows, succeeded, failed, rejected, truncated, inputTokens, outputTokens } = runCounts(run, reading.parts);
  const cost = document.synthetic ? undefined : tokenCost(document.model.price, inputTokens, outputTokens);
  const tolerated = document.asked?.maxErrorRate ?? 0;
  const status: ResultsStatus = failed + rejected <= tolerated * rows ? 'Completed' : 'PartiallyCompleted';
  const counts: ResultCounts = { rows, succeeded, failed, rejected, truncated };
  const tokens = { input: inputTokens ?? null, output: outputTokens ?? null };
  const files = Array.from({ length: parts }, (_, part) => resultsKey(home.jobNamePrefix, part, home.resultsFormat));
  const pointer: ResultsPointer = {
    schema: 'batchrock.results/1',
    run: run.run,
    execution: home.execution,
    job_name_prefix: home.jobNamePrefix,
    results: { format: home.resultsFormat, status, counts, tokens, cost_usd: cost?.batchUsd ?? null, files },
  };
  const key = pointerKey(home.jobNamePrefix);
  await writeText(ports.objects, key, pointerText(pointer));
  engine.log('INFO', `results: ${status}`, { run: run.run, count: rows, failed: failed + rejected });
  const output_paths = files.map((file) => ({ output_path: `${ports.objects.uri}/${file}` }));
  return {
    run: run.run,
    done: true,
    from: parts,
    status,
    counts,
    tokens,
    ...(cost === undefined ? {} : { cost_usd: cost.batchUsd }),
    ...(JSON.stringify(output_paths).length <= MOST_PATHS_BYTES ? { output_paths } : {}),
    results_uri: `${ports.objects.uri}/${resultsFolder(home.jobNamePrefix)}*.${home.resultsFormat}`,
    results_location: locationOf(engine, key),
  };
}

function locationOf({ settings }: Engine, key: string): Location {
  return { bucket: settings.bucket, key };
}
