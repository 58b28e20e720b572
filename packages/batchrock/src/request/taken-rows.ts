import { InputError, openTakenRows, type RowReader, type SourcePin, type TakenRows } from '@batchrock/core';
import { nodeSha256 } from '../node/index.ts';
import type { Dataset } from './dataset.ts';
import { canonicalJson } from './identity.ts';
import { shareRead } from './survey.ts';

/** How many rows of a dataset are wanted; absent: all. */
export interface WantedRows {
  /** The first so many. */
  readonly maxRecords?: number;
  /** So many, drawn from all or from the first. */
  readonly sample?: number;
}

export interface TakeOptions {
  readonly signal?: AbortSignal;
  /** Rows counted so far, and the share of the dataset that is read. */
  readonly onProgress?: (rows: number, share: number | undefined) => void;
}

/**
 * The dataset as far as its rows are wanted. For a sample all of them are counted first, so that each is drawn with the same
 * chance; which ones depends on the content of the files alone.
 */
export async function takeRows(
  dataset: Dataset,
  wanted: WantedRows,
  files: readonly SourcePin[],
  options: TakeOptions = {},
): Promise<Dataset> {
  const first = wanted.maxRecords === undefined ? {} : { first: wanted.maxRecords };
  if (wanted.sample === undefined) {
    if (wanted.maxRecords === undefined) return dataset;
    return limited(dataset, first, Math.min(dataset.estimatedRows, wanted.maxRecords), dataset.isCounted || undefined);
  }
  const of = await countRows(await openTakenRows(dataset.open, first), dataset, options);
  const rows = Math.min(wanted.sample, of);
  return limited(dataset, { ...first, sample: { rows, of, seed: seedOf(files) } }, rows, true);
}

function limited(dataset: Dataset, taken: TakenRows, estimatedRows: number, isCounted: boolean | undefined): Dataset {
  return {
    ...dataset,
    taken,
    estimatedRows,
    isCounted: isCounted ?? dataset.estimatedRows > estimatedRows,
    open: (from) => openTakenRows(dataset.open, taken, from),
  };
}

async function countRows(reader: RowReader, dataset: Dataset, { signal, onProgress }: TakeOptions): Promise<number> {
  let rows = 0;
  try {
    for (let batch = await reader.next(); batch; batch = await reader.next()) {
      signal?.throwIfAborted();
      rows += batch.count;
      onProgress?.(rows, shareRead(reader, dataset));
    }
  } finally {
    await reader.close();
  }
  if (rows > 0) return rows;
  throw new InputError('BR-E0102', `${dataset.name} has no rows to draw from`);
}

function seedOf(files: readonly SourcePin[]): string {
  const hash = nodeSha256.sha256(new TextEncoder().encode(canonicalJson(files)));
  return Buffer.from(hash).toString('hex').slice(0, 32);
}
