import { createCsvWriter } from '@batchrock/formats';
import type { Bench } from './bench.ts';
import { joinResults } from './join.ts';

/** Results as CSV, the rows copied as they came. */
export const joinToCsv: Bench = {
  name: 'join-to-csv',
  rows: 1_000_000,
  run: (context) => joinResults(context, createCsvWriter),
};
