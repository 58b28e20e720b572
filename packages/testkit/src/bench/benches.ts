import type { Bench } from './bench.ts';
import { csvToJobs } from './csv-to-jobs.ts';
import { encode } from './encode.ts';
import { endToEnd } from './end-to-end.ts';
import { FOR_SCALE } from './for-scale.ts';
import { joinEmbeddings } from './join-embeddings.ts';
import { joinToCsv } from './join-to-csv.ts';
import { joinToJsonl } from './join-to-jsonl.ts';
import { joinToParquet } from './join-to-parquet.ts';
import { parquetToJobs } from './parquet-to-jobs.ts';

/** Every bench, in the order in which they run. */
export const BENCHES: readonly Bench[] = [encode, csvToJobs, parquetToJobs, joinToJsonl, joinToCsv, joinToParquet, joinEmbeddings, endToEnd, ...FOR_SCALE];
