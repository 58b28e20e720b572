import { deadlineOf, type LambdaContext, openEngine } from '../engine/index.ts';
import { sayingWhy } from '../failure/index.ts';
import { type ExportAnswer, exportRun, parseExportPayload } from './export.ts';

const engine = await openEngine();

/** What is under way when the time is up ends within this. */
const SPARE_MS = 60_000;

/** Writes the results of a run, as many files as one call has time for. */
export function handler(payload: unknown, context: LambdaContext): Promise<ExportAnswer> {
  const deadline = deadlineOf(context, SPARE_MS);
  return sayingWhy(() => exportRun(engine, parseExportPayload(payload), deadline));
}
