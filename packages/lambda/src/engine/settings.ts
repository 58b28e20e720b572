import { InputError } from '@batchrock/core';
import { readStackFamilies, type StackFamily } from '../families/index.ts';
import { numberSetting, optionalSetting, requiredSetting } from '../settings/index.ts';

/** How a file of results is written. */
export type ResultsFormat = 'parquet' | 'csv';

/** What the construct says to every function of an orchestrator, by their environment. */
export interface EngineSettings {
  readonly bucket: string;
  /** Name of the ledger's table. */
  readonly table: string;
  readonly region: string;
  /** Bedrock's role to the bucket. */
  readonly roleArn: string;
  /** Of a job: 24 to 168. */
  readonly timeoutHours: number;
  /** Records of the largest job, unless the input says otherwise. */
  readonly maxRecordsPerJob?: number;
  /** Rows of a run at most, unless the input says otherwise. */
  readonly maxTotalRecords?: number;
  /** Jobs at once; absent: the model's quota. */
  readonly maxJobs?: number;
  /** Unless the input says otherwise. */
  readonly resultsFormat: ResultsFormat;
  /** Of the user's project; those that are built in are there too. */
  readonly families: readonly StackFamily[];
}

const DEFAULT_TIMEOUT_HOURS = 24;

/** Reads the environment. Throws `BR-E0120` for what is missing or not allowed. */
export function readSettings(): EngineSettings {
  const maxRecordsPerJob = numberSetting('MAX_RECORDS_PER_JOB', 1);
  const maxTotalRecords = numberSetting('MAX_TOTAL_RECORDS', 1);
  const maxJobs = numberSetting('MAX_SUBMITTED_AND_IN_PROGRESS_JOBS', 1);
  return {
    bucket: requiredSetting('BUCKET_NAME'),
    table: requiredSetting('LEDGER_TABLE'),
    region: requiredSetting('AWS_REGION'),
    roleArn: requiredSetting('BEDROCK_ROLE_ARN'),
    // the bounds of the service (API reference of CreateModelInvocationJob, 2026-11)
    timeoutHours: numberSetting('JOB_TIMEOUT_HOURS', 24, 168) ?? DEFAULT_TIMEOUT_HOURS,
    ...(maxRecordsPerJob !== undefined && { maxRecordsPerJob }),
    ...(maxTotalRecords !== undefined && { maxTotalRecords }),
    ...(maxJobs !== undefined && { maxJobs }),
    resultsFormat: resultsFormat(optionalSetting('RESULTS_FORMAT') ?? 'parquet'),
    families: readStackFamilies(),
  };
}

function resultsFormat(value: string): ResultsFormat {
  if (value === 'parquet' || value === 'csv') return value;
  const message = `the environment variable RESULTS_FORMAT is ${JSON.stringify(value)}; allowed: parquet, csv`;
  throw new InputError('BR-E0120', message);
}
