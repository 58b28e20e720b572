import { resolve } from 'node:path';
import type { ExportCounts, ObjectSink } from '@batchrock/core';
import {
  checkOutputPlace,
  type OutputFormat,
  outputExists,
  outputFormatOf,
  type ResultShape,
  standingAt,
} from '../request/output.ts';
import type { OutcomeName } from './only-outcomes.ts';
import type { OutputReport } from './reports.ts';
import { withErrorsFile } from './result-writer.ts';
import { openRun, type Session } from './session.ts';
import { exportTo, writeResults } from './write-results.ts';

/** What is wanted of a run's results. */
export interface ResultsRequest {
  readonly format?: OutputFormat;
  readonly only?: readonly OutcomeName[];
  /** CSV: mark what a spreadsheet would run as a formula in the columns of the answers with `'`; default true. */
  readonly csvSafe?: boolean;
  /** Of runs that keep whole outputs; default: by what their rows are. */
  readonly shape?: ResultShape;
  readonly signal?: AbortSignal;
  /** Hears how many rows were looked at so far. */
  readonly onProgress?: (rows: number) => void;
}

/** What is wanted of files of results. */
export interface ResultsFileRequest extends ResultsRequest {
  /** Replace what stands there. */
  readonly force?: boolean;
  /** Several files, `name-00000.ending` and so on, with so many rows at most; default: one file. */
  readonly maxRowsPerFile?: number;
}

/** Writes results into a file. Throws `BR-E0111` when something else stands there, unless it may be replaced. */
export async function resultsToFile(
  session: Session,
  reference: string | undefined,
  out: string,
  o: ResultsFileRequest = {},
): Promise<OutputReport> {
  const format = outputFormatOf(out, o.format);
  const path = resolve(session.cwd, out);
  await checkOutputPlace(path);
  const { id, home, connection } = await openRun(session, reference);
  const asked = { path, format, maxRowsPerFile: o.maxRowsPerFile, csvSafe: o.csvSafe, shape: o.shape };
  const place = withErrorsFile(asked, home.document);
  const standing = await standingAt(place, home.exports);
  if (standing.what === 'foreign' && !o.force) throw outputExists(standing.path === path ? out : standing.path);
  const written = await writeResults(connection.ports, {
    ...o,
    run: id,
    place,
    store: connection.store,
    replace: standing.what !== 'nothing',
    known: home.exports,
    beforeCommit: (files) => session.noteExports(connection, id, files),
  });
  return { ...written, format };
}

/** Writes results into a sink of the caller's, such as standard output. */
export async function resultsToSink(
  session: Session,
  reference: string | undefined,
  sink: ObjectSink,
  o: ResultsRequest = {},
): Promise<ExportCounts> {
  const { id, connection } = await openRun(session, reference);
  return exportTo(connection.ports, sink, { ...o, run: id, format: o.format ?? 'jsonl' });
}
