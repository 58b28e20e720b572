import type { RowBatch, RowReader } from '@batchrock/core';
import { shareRead } from '../../request/survey.ts';
import type { InspectOptions } from '../found-question.ts';

/** Shows each batch of rows to `look`, and closes the reader. */
export async function eachBatch(
  reader: RowReader,
  dataset: { readonly bytes: number },
  { signal, onProgress }: InspectOptions,
  look: (batch: RowBatch) => Promise<void>,
): Promise<void> {
  try {
    let rows = 0;
    for (let batch = await reader.next(); batch !== undefined; batch = await reader.next()) {
      signal?.throwIfAborted();
      await look(batch);
      rows += batch.count;
      onProgress?.({ phase: 'reading', rows, share: shareRead(reader, dataset) });
    }
  } finally {
    await reader.close();
  }
}
