import { InputError, type ModelLimits, partRecordsFor, type RunDocument, type SourcePin } from '@batchrock/core';
import { laneOf, type Target } from '../compose/target.ts';
import { nodeClock } from '../node/index.ts';
import type { Dataset } from '../request/dataset.ts';
import { recordPrefix } from '../request/identity.ts';
import type { CheckedQuestion } from '../request/question.ts';
import { VERSION } from '../version.ts';
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
  const storeUri = `s3://${target.bucket}${target.prefix === '' ? '' : `/${target.prefix}`}`;
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
    },
    model: {
      modelId: model.modelId,
      baseId: model.baseId,
      family: model.family.name,
      invocationType: question.invocationType,
      task: model.family.task,
      limits: model.limits,
      ...(model.price === undefined ? {} : { price: model.price }),
    },
    request: question.request,
    job: {
      storeUri,
      roleArn: target.roleArn,
      timeoutHours: asked.timeoutHours ?? DEFAULT_TIMEOUT_HOURS,
      namePrefix: NAME_PREFIX,
    },
    lane: laneOf(target, model.baseId),
    partRecords: partRecords(asked, dataset.estimatedRows, model.limits, input.recordBytes),
    maxAttempts: asked.maxAttempts ?? DEFAULT_MAX_ATTEMPTS,
    strict: asked.strict ?? false,
    synthetic: input.synthetic,
  };
}

/** Records a job: as asked, if the model takes so many, else planned. */
export function partRecords(
  asked: Question,
  estimatedRows: number,
  limits: ModelLimits,
  recordBytes: number | undefined,
): number {
  const wanted = asked.recordsPerJob;
  const slots = asked.slots ?? limits.maxJobs;
  if (wanted === undefined) return partRecordsFor({ estimatedRows, limits, slots, recordBytes });
  if (wanted >= limits.minRecords && wanted <= limits.maxRecords) return wanted;
  throw new InputError(
    'BR-E0120',
    `--records-per-job is ${wanted}; a job of this model takes ${limits.minRecords} to ${limits.maxRecords} records (${limits.date})`,
    { details: { option: 'records-per-job', value: wanted } },
  );
}
