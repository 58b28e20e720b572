import { createJsonlWriter } from '@batchrock/formats';
import type { Bench } from './bench.ts';
import { joinResults } from './join.ts';

/** Results as JSON Lines. */
export const joinToJsonl: Bench = {
  name: 'join-to-jsonl',
  rows: 1_000_000,
  run: (context) => joinResults(context, createJsonlWriter),
};
