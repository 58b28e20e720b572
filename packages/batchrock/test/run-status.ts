import type { RunStatus } from '../src/sdk/run-status.ts';

/** A run in the middle: 1,000,000 rows, 20 jobs at work. */
export const RUNNING: RunStatus = {
  run: 'r-7f3',
  state: 'running',
  attended: true,
  source: 'reviews.csv',
  modelId: 'm',
  synthetic: false,
  target: 'us-east-1',
  createdAt: 0,
  endedAt: undefined,
  attempt: 1,
  maxAttempts: 3,
  rows: 1_000_000,
  succeeded: 600_000,
  failed: 400,
  rejected: 98,
  pending: 399_502,
  truncated: 0,
  processing: { succeeded: 11_902, failed: 0 },
  jobs: { running: 20, slots: 20, waiting: 3, done: 37, total: 60 },
  padding: 0,
  tokens: { input: 412_000_000, output: 88_000_000 },
  cost: { batchUsd: 41.2, onDemandUsd: 82.4, estimatedBatchUsd: 67, ceilingUsd: 80, priceDate: '2026-11-21' },
  blocked: undefined,
  refused: undefined,
};
