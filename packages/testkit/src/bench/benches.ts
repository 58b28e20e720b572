import type { Bench } from './bench.ts';
import { csvToJobs } from './csv-to-jobs.ts';
import { encode } from './encode.ts';
import { endToEnd } from './end-to-end.ts';
import { FOR_SCALE } from './for-scale.ts';
import { joinToJsonl } from './join-to-jsonl.ts';
import { joinToParquet } from './join-to-parquet.ts';

/** Every bench, in the order in which they run. */
export const BENCHES: readonly Bench[] = [encode, csvToJobs, joinToJsonl, joinToParquet, endToEnd, ...FOR_SCALE];
