import { type RunReading, runCounts, tokenCost } from '@batchrock/core';
import type { FileBody } from '../files/index.ts';
import { howItEnded } from './how-it-ended.ts';

/** What is known of a file at its end. */
export type FileEnding = Pick<FileBody, 'status' | 'attempt' | 'counts' | 'tokens' | 'costUsd' | 'reason'>;

/** How a file ended, with its records, tokens and cost; what is not known is absent. */
export function endingOf({ run, document, parts }: RunReading): FileEnding {
  const { rows, succeeded, failed, rejected, pending, truncated, inputTokens, outputTokens } = runCounts(run, parts);
  const counts = { rows, succeeded, failed, rejected, ...(pending > 0 && { pending }), truncated };
  const hasTokens = inputTokens !== undefined || outputTokens !== undefined;
  const cost = document.synthetic ? undefined : tokenCost(document.model.price, inputTokens, outputTokens);
  return {
    ...howItEnded(run, counts, parts),
    attempt: run.attempt,
    counts,
    ...(hasTokens && { tokens: { input: inputTokens ?? 0, output: outputTokens ?? 0 } }),
    ...(cost !== undefined && { costUsd: cost.batchUsd }),
  };
}

/** The text of `summary.json`, schema `batchrock.file-summary/1`. */
export function summaryText(
  { file, bucket, key, etag, modelId }: FileBody,
  { reading, ending, files }: { readonly reading: RunReading; readonly ending: FileEnding; readonly files: readonly string[] },
): string {
  const { status, counts, tokens, costUsd, reason } = ending;
  const summary = {
    schema: 'batchrock.file-summary/1',
    file,
    source: { bucket, key, etag },
    run: reading.run.run,
    model_id: modelId,
    status,
    ...(reason !== undefined && { reason }),
    counts,
    tokens: tokens ?? null,
    cost_usd: costUsd ?? null,
    attempts: reading.run.attempt,
    files,
  };
  return `${JSON.stringify(summary, null, 2)}\n`;
}
