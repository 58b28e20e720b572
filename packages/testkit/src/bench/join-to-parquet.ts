import { createParquetWriter } from '@batchrock/formats';
import type { Bench } from './bench.ts';
import { joinResults } from './join.ts';

/** Results as Parquet, on one processor. */
export const joinToParquet: Bench = {
  name: 'join-to-parquet',
  rows: 1_000_000,
  run: (context) => joinResults(context, (sink) => createParquetWriter(sink)),
};
