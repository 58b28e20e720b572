import { type RowBatch, rowFormat, type Source } from '@batchrock/core';
import { type DatasetOptions, openDatasetFiles } from './dataset-files.ts';
import { shareRead } from './survey.ts';

/** How a pass over rows is followed and cancelled. */
export interface PassOptions {
  readonly signal?: AbortSignal | undefined;
  /** Rows looked at so far, and the share of the dataset that is read. */
  readonly onProgress?: (rows: number, share: number | undefined) => void;
}

/** The rows of a dataset of JSON Lines, batch after batch; none of another one. A batch is read and not kept. */
export async function* rowBatches(
  sources: readonly Source[],
  how: DatasetOptions,
  { signal, onProgress }: PassOptions = {},
): AsyncGenerator<RowBatch> {
  const files = await openDatasetFiles(sources, how, signal);
  if (rowFormat(files.dialect) !== 'jsonl') return;
  const bytes = sources.reduce((sum, source) => sum + source.size, 0);
  const reader = await files.open();
  try {
    let rows = 0;
    for (let batch = await reader.next(); batch !== undefined; batch = await reader.next()) {
      signal?.throwIfAborted();
      yield batch;
      rows += batch.count;
      onProgress?.(rows, shareRead(reader, { bytes }));
    }
  } finally {
    await reader.close();
  }
}
