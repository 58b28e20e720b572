import { InvariantError } from '@batchrock/core';
import type { Bench } from './bench.ts';

/** Every bench, in the order in which they run. Loaded one by one: what another one needs would count as its memory. */
const LOADERS: Readonly<Record<string, () => Promise<Bench>>> = {
  encode: async () => (await import('./encode.ts')).encode,
  'csv-to-jobs': async () => (await import('./csv-to-jobs.ts')).csvToJobs,
  'csv-to-s3': async () => (await import('./csv-to-s3.ts')).csvToS3,
  'jsonl-to-jobs': async () => (await import('./jsonl-to-jobs.ts')).jsonlToJobs,
  'openai-to-jobs': async () => (await import('./openai-to-jobs.ts')).openAiToJobs,
  'parquet-to-jobs': async () => (await import('./parquet-to-jobs.ts')).parquetToJobs,
  'join-to-jsonl': async () => (await import('./join-to-jsonl.ts')).joinToJsonl,
  'join-to-csv': async () => (await import('./join-to-csv.ts')).joinToCsv,
  'join-to-parquet': async () => (await import('./join-to-parquet.ts')).joinToParquet,
  'join-to-parquet-2': async () => (await import('./join-to-parquet-2.ts')).joinToParquet2,
  'join-embeddings': async () => (await import('./join-embeddings.ts')).joinEmbeddings,
  'end-to-end': async () => (await import('./end-to-end.ts')).endToEnd,
  'import-create': async () => (await import('./cold-import.ts')).importCreate,
  'import-answer': async () => (await import('./cold-import.ts')).importAnswer,
  'wc-l': () => forScale('wc-l'),
  'copy-by-streams': () => forScale('copy-by-streams'),
  'bytes-alone': () => forScale('bytes-alone'),
  'duckdb-csv-to-json': () => forScale('duckdb-csv-to-json'),
  'pandas-csv-to-jobs': () => forScale('pandas-csv-to-jobs'),
  'pandas-join-to-csv': () => forScale('pandas-join-to-csv'),
};

/** The names of all benches. */
export const BENCH_NAMES: readonly string[] = Object.keys(LOADERS);

/** The bench of that name; undefined when there is none. */
export async function loadBench(name: string): Promise<Bench | undefined> {
  return LOADERS[name]?.();
}

async function forScale(name: string): Promise<Bench> {
  const { FOR_SCALE } = await import('./for-scale.ts');
  const bench = FOR_SCALE.find((each) => each.name === name);
  if (bench) return bench;
  throw new InvariantError(`no bench ${name} for scale`);
}
