import { availableParallelism } from 'node:os';
import {
  type ExportCounts,
  exportResults,
  type Family,
  findRun,
  keepsWholeOutput,
  type ObjectSink,
  type ResultWriter,
  type RunPorts,
  type RunReading,
  readRun,
  StateError,
} from '@batchrock/core';
import { GROUP_ROWS } from '@batchrock/formats';
import type { StoreAccess } from '../compose/connection.ts';
import { keptRowsOf } from '../request/kept-rows.ts';
import {
  type KnownExport,
  type NotedExport,
  type OutputPlace,
  outputFilePath,
  standingFiles,
  type WholeExport,
} from '../request/output.ts';
import { filesWriter } from './files-writer.ts';
import { type OutcomeName, onlyOutcomes } from './only-outcomes.ts';
import { ResultFiles } from './result-files.ts';
import { CREATED_BY, type ResultStyle, resultWriter, styleOf } from './result-writer.ts';

/** What is exported, and how it is followed. */
export interface ExportOptions {
  readonly run: string;
  /** Rows with one of these outcomes only; default: all. */
  readonly only?: readonly OutcomeName[];
  readonly signal?: AbortSignal;
  /** Rows looked at so far. */
  readonly onProgress?: (rows: number) => void;
}

/** Writes the results of a run into a sink, as they are at this moment. */
export function exportTo(ports: RunPorts, sink: ObjectSink, o: ExportOptions & ResultStyle): Promise<ExportCounts> {
  return exportWith(ports, (reading, family) => onlyOutcomes(resultWriter({ rows: sink }, o, { ...reading, family }), o.only), o);
}

/** Gives every row of a run with its outcome to a writer, which is made when it is known what the run is. */
export async function exportWith(
  ports: RunPorts,
  makeWriter: (reading: RunReading, family: Family | undefined) => ResultWriter,
  o: ExportOptions,
): Promise<ExportCounts> {
  const reading = await readRun(ports, o.run, { signal: o.signal });
  if (reading === undefined) throw new StateError('BR-E0201', `no run ${o.run} in this ledger`, { details: { run: o.run } });
  const { document } = reading;
  // only what is in whole outputs is still to be read
  const family = keepsWholeOutput(document.request) ? await ports.families.of(document.model) : undefined;
  return exportResults(ports, {
    ...reading,
    writer: makeWriter(reading, family),
    openRows: keptRowsOf(reading.document),
    signal: o.signal,
    onProgress: o.onProgress,
  });
}

/** Where results go. */
export interface WriteOptions extends ExportOptions {
  readonly place: OutputPlace;
  /** How other threads reach the objects; default: this thread does all of it. */
  readonly store?: StoreAccess;
  /** Threads that share a Parquet file; default: by its rows and the processors. */
  readonly threads?: number;
  /** What stands there may be replaced. */
  readonly replace: boolean;
  /** What was written for this run before. */
  readonly known: readonly KnownExport[];
  /** Told what the files will be before the first appears. */
  readonly beforeCommit?: (files: readonly NotedExport[]) => Promise<void>;
}

/** Results as they were written. */
export interface WrittenResults {
  readonly path: string;
  /** Of all files with rows together. */
  readonly bytes: number;
  /** Of the file, where there is only one. */
  readonly xxh128?: string;
  /** Where several were asked for. */
  readonly files?: readonly KnownExport[];
  /** The errors file of an OpenAI batch output, where lines have no answer. */
  readonly errors?: KnownExport;
  /** Written, not those that `only` left out. */
  readonly rows: number;
  readonly unchanged: boolean;
}

/** Below this, threads take longer to start than they save. */
const SHARED_ROWS = 4 * GROUP_ROWS;
/** More than these wait for the one that writes. */
const MOST_THREADS = 4;

/** One Parquet file by several threads; undefined where it is not large, or they fail: then one thread says why. */
async function exportShared(ports: RunPorts, files: ResultFiles, o: WriteOptions): Promise<ExportCounts | undefined> {
  const { place, store, signal } = o;
  const threads = o.threads ?? Math.min(MOST_THREADS, availableParallelism());
  if (store === undefined || place.format !== 'parquet' || place.maxRowsPerFile !== undefined || o.only !== undefined) {
    return undefined;
  }
  if (threads < 2) return undefined;
  const reading = await readRun(ports, o.run, { signal });
  const rows = reading?.run.rows;
  if (reading === undefined || rows === undefined || (o.threads === undefined && rows < SHARED_ROWS)) return undefined;
  const { document, run, parts } = reading;
  if (styleOf(place, document) !== 'plain') return undefined;
  // each piece would look at the outcomes of the whole run for those of rows elsewhere
  if (document.dedupe === 'run') return undefined;
  const shared = { store, document, run, parts, rows, threads, createdBy: CREATED_BY, signal, onProgress: o.onProgress };
  try {
    // with the SDK behind it, which commands that only look at the ledger need not load
    const { exportByThreads } = await import('../parallel/export-by-threads.ts');
    return await exportByThreads(files.open(place.path), shared);
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}

function exportAlone(ports: RunPorts, files: ResultFiles, o: WriteOptions): Promise<ExportCounts> {
  const { place } = o;
  const { errors } = place;
  const openErrors = errors === undefined ? undefined : () => files.open(errors);
  const makeWriter = (reading: RunReading, family: Family | undefined): ResultWriter => {
    const open = (file: number) =>
      resultWriter({ rows: files.open(outputFilePath(place, file)), openErrors }, place, { ...reading, family });
    return onlyOutcomes(place.maxRowsPerFile === undefined ? open(0) : filesWriter(place.maxRowsPerFile, open), o.only);
  };
  return exportWith(ports, makeWriter, o);
}

/** Writes files of results that appear whole or not at all; those that are the same already are left alone. */
export async function writeResults(ports: RunPorts, o: WriteOptions): Promise<WrittenResults> {
  const { place } = o;
  const files = await ResultFiles.begin(o);
  try {
    const whole = await wholeExport(ports, o);
    const counts = (await exportShared(ports, files, o)) ?? (await exportAlone(ports, files, o));
    const rows = o.only === undefined ? counts.rows : [...new Set(o.only)].reduce((sum, outcome) => sum + counts[outcome], 0);
    const published = await files.publish({
      ...o,
      whole,
      stale: async (written) => {
        const paths = new Set(written.map((each) => each.path));
        return (await standingFiles(place)).filter((path) => !paths.has(path));
      },
    });
    return { ...report(place, published.files), rows, unchanged: published.unchanged };
  } finally {
    await files.abort();
  }
}

/**
 * Of what the files of an export are to be whole; undefined where they are not. Looked up before the first row is read: a run that goes on
 * meanwhile is a later one than is noted.
 */
async function wholeExport({ ledger }: RunPorts, o: WriteOptions): Promise<Omit<WholeExport, 'files'> | undefined> {
  const run = o.only === undefined ? (await findRun(ledger, o.run, { signal: o.signal }))?.body : undefined;
  if (run?.state !== 'ended' && run?.state !== 'stopped') return undefined;
  return { seq: run.seq, place: o.place.path };
}

type FilesReport = Pick<WrittenResults, 'path' | 'bytes' | 'xxh128' | 'files' | 'errors'>;

function report({ path, errors, maxRowsPerFile }: OutputPlace, files: readonly KnownExport[]): FilesReport {
  if (maxRowsPerFile !== undefined) return { path, bytes: files.reduce((sum, each) => sum + each.bytes, 0), files };
  const { bytes = 0, xxh128 = '' } = files.find((each) => each.path === path) ?? {};
  const failed = files.find((each) => each.path === errors);
  return { path, bytes, xxh128, ...(failed === undefined ? {} : { errors: failed }) };
}
