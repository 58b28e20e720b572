import type { QueuedFile } from '../src/sdk/queue/index.ts';

/** A file of which nothing is known yet. */
export const RECEIVED: QueuedFile = {
  file: 'f-0000000001',
  bucket: 'files',
  key: 'to-process/a.jsonl',
  etag: 'e',
  size: 1234,
  name: 'a',
  modelId: '',
  priority: 'normal',
  weight: 1,
  status: 'Pending',
  receivedAt: Date.parse('2026-11-22T00:00:00Z'),
};

/** A file of which everything is known. */
export const COMPLETED: QueuedFile = {
  ...RECEIVED,
  file: 'f-3k9x0c2m1q',
  key: 'to-process/deep/reviews.jsonl',
  name: 'deep/reviews',
  modelId: 'amazon.nova-lite-v1:0',
  priority: 'high',
  weight: 2,
  timeoutHours: 48,
  run: 'r-7w7dcqszcr',
  status: 'PartiallyCompleted',
  startedAt: RECEIVED.receivedAt + 12_000,
  endedAt: RECEIVED.receivedAt + 1_800_000,
  attempt: 3,
  counts: { rows: 2500, succeeded: 2497, failed: 2, rejected: 1, truncated: 1 },
  tokens: { input: 67_500, output: 74_430 },
  costUsd: 0.055,
  reason: { code: 'RowsFailed', message: '3 records have no answer' },
  results: 'processed/deep/reviews/',
  resultsUri: 's3://files/processed/deep/reviews/',
};
