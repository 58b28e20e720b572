import type { FinishedRun } from './run-records.ts';

/** The text of `manifest.json.out`: the six counts of User Guide, "View the results of a batch inference job" (2026-11). */
export function manifestOf(run: Pick<FinishedRun, 'counts' | 'inputTokens' | 'outputTokens'>): string {
  return JSON.stringify({
    totalRecordCount: run.counts.total,
    processedRecordCount: run.counts.processed,
    successRecordCount: run.counts.succeeded,
    errorRecordCount: run.counts.failed,
    inputTokenCount: run.inputTokens,
    outputTokenCount: run.outputTokens,
  });
}
