import type { ModelLimits } from './catalogue.ts';

/**
 * What holds for a model that says nothing else. AWS General Reference, Amazon Bedrock endpoints and quotas, read on
 * 2026-11-21: minimum 100 records a job, 100,000 a file and a job, 1 GB a file, 5 GB a job, 100 jobs submitted or in
 * progress. "GB" is not defined there, so the smaller reading (10^9) is taken. `maxRecordBytes` is ours: no limit of one
 * record is published.
 */
export const DEFAULT_LIMITS: ModelLimits = {
  minRecords: 100,
  maxRecords: 100_000,
  maxRecordsPerFile: 100_000,
  maxFileBytes: 1_000_000_000,
  maxJobBytes: 5_000_000_000,
  maxRecordBytes: 4 * 1024 * 1024,
  maxJobs: 100,
  source: 'https://docs.aws.amazon.com/general/latest/gr/bedrock.html',
  date: '2026-11-21',
};
