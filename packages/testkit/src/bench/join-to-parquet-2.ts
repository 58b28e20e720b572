import { createParquetWriter } from '@batchrock/formats';
import type { Bench } from './bench.ts';
import { joinResults } from './join.ts';

/**
 * Results as Parquet, where there are two processors: rows are joined on one, while pages are compressed and files read and
 * written on the other.
 */
export const joinToParquet2: Bench = {
  name: 'join-to-parquet-2',
  rows: 1_000_000,
  cores: 2,
  run: (context) => joinResults(context, (sink) => createParquetWriter(sink)),
};
