import {
  InputError,
  type ModelLimits,
  partRecordsFor,
  type RegionStore,
  type RunDocument,
  type SourcePin,
} from '@batchrock/core';
import { toFreeze } from '../compose/job-settings.ts';
import type { RegionBucket } from '../compose/regions.ts';
import { jobSettingsIn, laneOf, outputBucketOf, regionsOf, type Target } from '../compose/target.ts';
import { nodeClock } from '../node/index.ts';
import { VERSION } from '../version.ts';
import { askedTail } from './asked-tail.ts';
import type { Dataset } from './dataset.ts';
import { recordPrefix } from './identity.ts';
import type { CheckedQuestion } from './question.ts';
import type { Question } from './request.ts';

/** What a run is made from. */
export interface FreezeInput {
  readonly run: string;
  readonly identity: string;
  readonly asked: Question;
  readonly question: CheckedQuestion;
  readonly dataset: Dataset;
  /** What the dataset's files are known by, in their order. */
  readonly files: readonly SourcePin[];
  readonly target: Target;
  readonly synthetic: boolean;
  /** Share of failed and rejected rows that is no failure. */
  readonly maxErrorRate?: number | undefined;
  /** Mean bytes of a record, measured on the first rows. */
  readonly recordBytes: number | undefined;
}

/** The beginning of every job's name. */
const NAME_PREFIX = 'batchrock';
const DEFAULT_TIMEOUT_HOURS = 24;
const DEFAULT_MAX_ATTEMPTS = 3;

/** What was asked, resolved: the document that a run is frozen in before its first part. */
export function freezeDocument(input: FreezeInput): RunDocument {
  const { asked, question, dataset, target } = input;
  const { model } = question;
  const tail = askedTail(asked);
  const uriIn = (bucket: string) => `s3://${bucket}${target.prefix === '' ? '' : `/${target.prefix}`}`;
  const outputBucket = outputBucketOf(target);
  return {
    schema: 'batchrock.run/1',
    run: input.run,
    identity: input.identity,
    createdAt: nodeClock.now(),
    version: VERSION,
    recordPrefix: recordPrefix(input.identity),
    source: {
      name: dataset.name,
      bytes: dataset.bytes,
      files: input.files.map((pin, i) => ({ name: dataset.sources[i]?.name ?? '', ...pin })),
      dialect: dataset.dialect,
      ...(dataset.taken === undefined ? {} : { taken: dataset.taken }),
    },
    model: {
      modelId: model.modelId,
      baseId: model.baseId,
      family: model.family.name,
      ...(question.familyModule === undefined ? {} : { familyModule: question.familyModule }),
      invocationType: question.invocationType,
      task: model.family.task,
      ...((question.request.openai ?? question.request.schema) === undefined ? {} : { traits: model.traits }),
      limits: model.limits,
      ...(model.price === undefined ? {} : { price: model.price }),
    },
    request: question.request,
    job: {
      storeUri: uriIn(target.bucket),
      ...(outputBucket === undefined ? {} : { outputStoreUri: uriIn(outputBucket) }),
      roleArn: target.roleArn,
      timeoutHours: asked.timeoutHours ?? DEFAULT_TIMEOUT_HOURS,
      namePrefix: NAME_PREFIX,
      ...toFreeze(jobSettingsIn(target)),
    },
    lane: laneOf(target, model.baseId),
    ...(target.elsewhere && { elsewhere: target.elsewhere.map((each) => regionStore(target, each, model.baseId)) }),
    partRecords: partRecords(asked, dataset, model.limits, input.recordBytes, regionsOf(target).length),
    ...(asked.maxJobs === undefined ? {} : { maxParts: asked.maxJobs }),
    maxAttempts: asked.maxAttempts ?? DEFAULT_MAX_ATTEMPTS,
    strict: asked.strict ?? false,
    ...(asked.dedupe === undefined ? {} : { dedupe: asked.dedupe }),
    ...(asked.cache ? { cache: true } : {}),
    ...((asked.slots ?? input.maxErrorRate ?? tail) === undefined
      ? {}
      : { asked: { slots: asked.slots, maxErrorRate: input.maxErrorRate, ...(tail && { tail }) } }),
    synthetic: input.synthetic,
  };
}

/** How far the number of rows may be from what the first of them let expect. */
const ESTIMATE_ERROR = 0.05;

/** Where jobs of another Region read and write, and the lane whose slots they hold. */
function regionStore(target: Target, { region, bucket, kmsKey }: RegionBucket, baseId: string): RegionStore {
  const storeUri = `s3://${bucket}${target.prefix === '' ? '' : `/${target.prefix}`}`;
  return { region, lane: laneOf({ ...target, region }, baseId), storeUri, ...(kmsKey && { outputKmsKeyId: kmsKey }) };
}

/** Records a job: as asked, if the model takes so many, else planned for the slots of so many Regions. */
export function partRecords(
  asked: Question,
  dataset: Pick<Dataset, 'estimatedRows' | 'isCounted'>,
  limits: ModelLimits,
  recordBytes: number | undefined,
  regions = 1,
): number {
  const { recordsPerJob, maxRecordsPerJob, maxJobs } = asked;
  if (maxRecordsPerJob !== undefined && maxRecordsPerJob < limits.minRecords) {
    throw refused(
      'max-records-per-job',
      maxRecordsPerJob,
      `a job of this model takes ${limits.minRecords} records at least`,
      limits,
    );
  }
  if (recordsPerJob === undefined) {
    return partRecordsFor({
      estimatedRows: dataset.estimatedRows,
      estimateError: dataset.isCounted ? 0 : ESTIMATE_ERROR,
      limits: {
        ...limits,
        maxJobs: limits.maxJobs * regions,
        maxRecords: Math.min(limits.maxRecords, maxRecordsPerJob ?? limits.maxRecords),
      },
      slots: (asked.slots ?? limits.maxJobs) * regions,
      maxParts: maxJobs,
      recordBytes,
    });
  }
  const { minRecords, maxRecords } = limits;
  if (recordsPerJob > (maxRecordsPerJob ?? recordsPerJob)) {
    throw refused('records-per-job', recordsPerJob, `--max-records-per-job is ${maxRecordsPerJob}`, limits);
  }
  if (recordsPerJob >= minRecords && recordsPerJob <= maxRecords) return recordsPerJob;
  throw refused('records-per-job', recordsPerJob, `a job of this model takes ${minRecords} to ${maxRecords} records`, limits);
}

function refused(option: string, value: number, why: string, limits: ModelLimits): InputError {
  return new InputError('BR-E0120', `--${option} is ${value}; ${why} (${limits.date})`, { details: { option, value } });
}
