import { type Dedupe, InputError, type JsonObject, type ModelLimits } from '@batchrock/core';
import type { EngineSettings, ResultsFormat } from '../engine/index.ts';
import { Fields, invalid } from '../fields/index.ts';
import { INPUT_KEYS, type InputKey } from './input-keys.ts';

type InputFields = Fields<InputKey>;

/** Where the rows come from. */
export type AskedDataset =
  | { readonly kind: 's3'; readonly uri: string }
  | {
      readonly kind: 'hub';
      /** `owner/name`. */
      readonly dataset: string;
      readonly split?: string;
      readonly config?: string;
      readonly revision?: string;
    };

/** An execution's input, checked as far as it can be without looking at anything else. */
export interface Asked {
  readonly jobNamePrefix: string;
  readonly dataset: AskedDataset;
  readonly modelId: string;
  /** How the model is spoken to: a family that is built in, or one of the stack. */
  readonly family?: string;
  /** What the file of a family of the stack has to be, in hexadecimal. */
  readonly familySha256?: string;
  readonly promptId?: string;
  readonly prompt?: string;
  readonly system?: string;
  readonly textColumn?: string;
  readonly params?: Readonly<Record<string, string>>;
  /** A JSON schema that every answer has to be by. */
  readonly schema?: JsonObject;
  readonly maxRecords?: number;
  readonly maxJobs?: number;
  readonly maxRecordsPerJob?: PartBound;
  readonly sample?: number;
  readonly maxErrorRate?: number;
  readonly maxAttempts?: number;
  readonly dedupe?: Dedupe;
  /** Jobs at once, as the input says. */
  readonly slots?: number;
  /** Jobs at once that the parts are made for: no more than the stack has slots now. */
  readonly plannedSlots?: number;
  readonly timeoutHours: number;
  readonly resultsFormat: ResultsFormat;
  /** Another run though the same was asked before. */
  readonly isNew: boolean;
}

/** Records of the largest job, and who said so. */
export interface PartBound {
  readonly records: number;
  readonly saidBy: string;
}

/**
 * Reads an execution's input; what it leaves out is taken from the function's settings. Throws `BR-E0112` for keys that are
 * missing, unknown or do not go together, `BR-E0120` for values that are not allowed.
 */
export function parseInput(input: unknown, settings: EngineSettings): Asked {
  const fields = new Fields(input, 'the input of the execution', INPUT_KEYS);
  const jobNamePrefix = checkedPrefix(fields.requiredText('job_name_prefix', 'it names the folder of the results'));
  const promptId = fields.text('prompt_id');
  const prompt = fields.text('prompt');
  if (promptId !== undefined && prompt !== undefined) {
    throw new InputError('BR-E0112', `prompt and prompt_id (${promptId}) are given; one of them is allowed`);
  }
  const slots = fields.wholeNumber('slots', 1, 10_000);
  return withoutUndefined({
    jobNamePrefix,
    dataset: datasetOf(fields),
    modelId: fields.requiredText('model_id', 'the id of a model, or of its inference profile'),
    ...familyOf(fields),
    promptId,
    prompt,
    system: fields.text('system'),
    textColumn: fields.text('text_column'),
    params: fields.params('params'),
    schema: fields.json('schema'),
    maxRecords: fields.wholeNumber('max_records_total', 1) ?? settings.maxTotalRecords,
    maxJobs: fields.wholeNumber('max_num_jobs', 1),
    maxRecordsPerJob: partBound(fields, settings),
    sample: fields.wholeNumber('sample', 1),
    maxErrorRate: fields.share('max_error_rate'),
    maxAttempts: fields.wholeNumber('max_attempts', 1, 100),
    dedupe: fields.choice('dedupe', ['part']),
    slots,
    plannedSlots: lesser(slots, settings.maxJobs),
    timeoutHours: fields.wholeNumber('timeout_hours', 24, 168) ?? settings.timeoutHours,
    resultsFormat: fields.choice('results_format', ['parquet', 'csv']) ?? settings.resultsFormat,
    isNew: fields.flag('new'),
  });
}

/** What stands in keys of objects and in addresses without being escaped; no empty name, and none of dots alone. */
const PREFIX = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;
const MOST_PREFIX = 200;

function checkedPrefix(prefix: string): string {
  if (prefix.length <= MOST_PREFIX && PREFIX.test(prefix)) return prefix;
  const allowed = `1 to ${MOST_PREFIX} letters, digits and - _ . with single slashes between names that do not begin with a dot`;
  throw invalid('job_name_prefix', JSON.stringify(prefix.slice(0, MOST_PREFIX)), allowed);
}

function familyOf(fields: InputFields): Pick<Asked, 'family' | 'familySha256'> {
  const family = fields.text('family');
  const sha256 = fields.text('family_sha256');
  if (sha256 === undefined) return family === undefined ? {} : { family };
  if (family === undefined) throw new InputError('BR-E0112', 'family_sha256 is given without family, whose file it is of');
  if (!/^[0-9a-f]{64}$/.test(sha256)) {
    throw invalid('family_sha256', JSON.stringify(sha256.slice(0, 80)), 'a SHA-256 of 64 hexadecimal digits');
  }
  return { family, familySha256: sha256 };
}

function datasetOf(fields: InputFields): AskedDataset {
  const uri = fields.text('s3_uri');
  const dataset = fields.text('dataset_id');
  if (uri !== undefined && dataset !== undefined) {
    throw new InputError('BR-E0112', 's3_uri and dataset_id are given; exactly one of them is allowed');
  }
  if (uri !== undefined) return s3Dataset(uri, fields);
  if (dataset === undefined) {
    throw new InputError('BR-E0112', 'neither s3_uri nor dataset_id is given; exactly one of them is needed', {
      hint: 's3_uri is an object (s3://bucket/key), all below a prefix (s3://bucket/prefix/) or a pattern; dataset_id is owner/name',
    });
  }
  if (!/^[\w.-]+(\/[\w.-]+)?$/.test(dataset)) {
    throw invalid('dataset_id', JSON.stringify(dataset), 'the name of a dataset, owner/name');
  }
  return withoutUndefined({
    kind: 'hub',
    dataset,
    split: fields.text('split'),
    config: fields.text('config'),
    revision: fields.text('revision'),
  });
}

/** `split` has always been passed over where there is an object on S3. */
function s3Dataset(uri: string, fields: InputFields): AskedDataset {
  if (!uri.toLowerCase().startsWith('s3://')) throw invalid('s3_uri', JSON.stringify(uri), 's3://bucket/key');
  for (const key of ['config', 'revision'] as const) {
    if (fields.has(key)) throw new InputError('BR-E0112', `${key} goes with dataset_id, and s3_uri is given`);
  }
  return { kind: 's3', uri };
}

function partBound(fields: InputFields, settings: EngineSettings): PartBound | undefined {
  const perJob = fields.wholeNumber('max_records_per_job', 1);
  const perBatch = fields.wholeNumber('max_records_per_batch', 1);
  if (perJob !== undefined && perBatch !== undefined && perJob !== perBatch) {
    throw new InputError(
      'BR-E0112',
      `max_records_per_job is ${perJob} and max_records_per_batch is ${perBatch}; they are two names of the same`,
    );
  }
  if (perJob !== undefined) return { records: perJob, saidBy: 'max_records_per_job' };
  if (perBatch !== undefined) return { records: perBatch, saidBy: 'max_records_per_batch' };
  const { maxRecordsPerJob: records } = settings;
  return records === undefined ? undefined : { records, saidBy: 'the environment variable MAX_RECORDS_PER_JOB' };
}

/** Throws `BR-E0120` for a bound of a job's records that is below what the model takes. */
export function checkPartBound(bound: PartBound | undefined, modelId: string, limits: ModelLimits): void {
  if (bound === undefined || bound.records >= limits.minRecords) return;
  const range = `${limits.minRecords} to ${limits.maxRecords}`;
  const message = `${bound.saidBy} is ${bound.records}; a job of ${modelId} takes ${range} records (${limits.date})`;
  throw new InputError('BR-E0120', message, {
    hint: 'leave it out, and jobs are as large as suits the dataset and the quota; what is below the minimum is padded',
  });
}

function lesser(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}

function withoutUndefined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const known = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known) as { [K in keyof T]: Exclude<T[K], undefined> };
}
