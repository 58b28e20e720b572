import { createParquetWriter } from '@batchrock/formats';
import type { Bench } from './bench.ts';
import { joinResults } from './join.ts';

/** Vectors of 1,024 numbers, in jobs of 50,000, as Parquet. */
export const joinEmbeddings: Bench = {
  name: 'join-embeddings',
  rows: 50_000,
  largeRows: 1_000_000,
  run: (context) => joinResults(context, (sink) => createParquetWriter(sink), 'embeddings'),
};
