import type { OpenRows, RunDocument } from '@batchrock/core';
import { openDataset } from '@batchrock/formats';

/** Opens rows of a run that were kept. */
export function keptRowsOf(document: RunDocument): OpenRows {
  const { name } = document.source;
  return (source, dialect, from) =>
    openDataset(source, { shape: { format: dialect.format }, name, dialect, from, readsAhead: true });
}
