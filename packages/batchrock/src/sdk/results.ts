import { resolve } from 'node:path';
import type { ExportCounts, ObjectSink } from '@batchrock/core';
import { loadHome, saveHome } from '../compose/run-home.ts';
import { checkOutputPlace, type OutputFormat, outputExists, outputFormatOf, whatStandsAt } from '../request/output.ts';
import type { OutcomeName } from './only-outcomes.ts';
import type { OutputReport } from './reports.ts';
import { openRun, type Session } from './session.ts';
import { exportTo, writeResults } from './write-results.ts';

/** What is wanted of a run's results. */
export interface ResultsRequest {
  readonly format?: OutputFormat;
  readonly only?: readonly OutcomeName[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (rows: number) => void;
}

/** Writes results into a file. Throws `BR-E0111` when something else stands there, unless it may be replaced. */
export async function resultsToFile(
  session: Session,
  reference: string | undefined,
  out: string,
  o: ResultsRequest & { readonly force?: boolean } = {},
): Promise<OutputReport> {
  const format = outputFormatOf(out, o.format);
  const path = resolve(session.cwd, out);
  await checkOutputPlace(path);
  const { id, home, connection } = await openRun(session, reference);
  const standing = await whatStandsAt(path, home.exports);
  if (standing === 'foreign' && !o.force) throw outputExists(out);
  const written = await writeResults(connection.ports, {
    ...o,
    run: id,
    path,
    format,
    replace: standing !== 'nothing',
    known: home.exports,
    beforeCommit: async (file) => {
      const current = await loadHome(session.ledger, id);
      await saveHome(session.ledger, { ...current, exports: [...current.exports.filter((each) => each.path !== path), file] });
    },
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
