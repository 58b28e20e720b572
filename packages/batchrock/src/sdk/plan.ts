import { type Dedupe, estimatePlan, type Plan, type Scratch, type TakenRows } from '@batchrock/core';
import { describeTarget, regionsOf, type Target } from '../compose/target.ts';
import { createScratch } from '../node/index.ts';
import { askedTail } from '../request/asked-tail.ts';
import { partRecords } from '../request/freeze-document.ts';
import type { Question } from '../request/request.ts';
import { surveyRows } from '../request/survey.ts';
import { type AnswersSoFar, answersSoFar } from './answers-so-far.ts';
import type { FoundDataset, InspectingSession, InspectOptions } from './found-question.ts';
import { type Inspected, inspect } from './inspect.ts';
import type { FollowOptions } from './progress.ts';

/** What a run would do and cost. */
export interface PlanReport {
  readonly source: string;
  readonly bytes: number;
  readonly modelId: string;
  readonly target: string;
  readonly targetKind: Target['kind'];
  readonly rows: number;
  readonly rejected: readonly {
    readonly code: string;
    readonly rows: number;
    readonly firstLine: number;
    readonly firstProblem: string;
  }[];
  /** The rows that are taken, where those are not all. */
  readonly taken: TakenRows | undefined;
  /** Rows that could be sent and do not go into the jobs that may be made. */
  readonly leftOut: number;
  /** Rows that ask for what another one asks for. */
  readonly duplicates: {
    readonly rows: number;
    /** Where that other one stands: in the same part, or anywhere in the run. */
    readonly among: Dedupe;
    /** They are not sent, and in neither `plan` nor `leftOut`. */
    readonly areLeftOut: boolean;
    /** USD by batch inference, as expected: what they cost, or would. */
    readonly batchUsd: number | undefined;
  };
  /** Rows that other runs have answers to. */
  readonly cached: {
    readonly rows: number;
    /** They are not sent, and in neither `plan` nor `leftOut`. */
    readonly areLeftOut: boolean;
    /** USD by batch inference, as expected: what they would cost, or do. */
    readonly batchUsd: number | undefined;
  };
  readonly plan: Plan;
  /** What has no answer so long after the begin of the run goes on demand. */
  readonly deadlineMs?: number;
  readonly minRecords: number;
  /** Bytes that the run puts into its bucket before Bedrock writes anything: records, and rows before compression. */
  readonly storageBytes: number | undefined;
  /** Images behind URLs were fetched for it, and are kept for the run. */
  readonly hasFetched?: true;
}

/** Rows by which the size of a part is planned. */
const SURVEYED_ROWS = 1000;

/**
 * Reads the whole dataset once and tells what a run would do; writes nothing into a bucket and sends nothing. `given`: the dataset,
 * where it is found already.
 */
export async function planRun(
  session: InspectingSession,
  question: Question,
  options: InspectOptions = {},
  given?: FoundDataset,
): Promise<PlanReport> {
  const inspected = await inspect(session, question, { ...options, asksAccount: true }, given);
  let answers: AnswersSoFar | undefined;
  try {
    answers = answersSoFar(session, inspected, question.cache === true);
    const scratch = createScratch(session.dir.scratch);
    return await planInspected(inspected, question, { ...options, answers, scratch });
  } finally {
    answers?.close();
    await inspected.close();
  }
}

async function planInspected(
  inspected: Inspected,
  question: Question,
  options: FollowOptions & { readonly answers: AnswersSoFar | undefined; readonly scratch: Scratch },
): Promise<PlanReport> {
  const { dataset, target } = inspected;
  const { model, request } = inspected.question;
  // as a run does, which freezes the size of its parts when it has seen its first rows
  const stop = options.signal === undefined ? {} : { signal: options.signal };
  const first = await surveyRows(dataset, inspected.question, { maxRows: SURVEYED_ROWS, ...stop });
  const areLeftOut = question.dedupe !== undefined;
  const hasAnswers = question.cache === true;
  const regions = regionsOf(target).length;
  const inParts = { partRecords: partRecords(question, dataset, model.limits, first.sample?.bytes, regions), areLeftOut };
  const survey = await surveyRows(dataset, inspected.question, {
    duplicates: question.dedupe === 'run' ? { scratch: options.scratch, areLeftOut: true } : inParts,
    cached: options.answers && { lookup: options.answers.lookup, areLeftOut: hasAnswers },
    ...stop,
    onProgress: (rows, share) => options.onProgress?.({ phase: 'reading', rows, share }),
  });
  const tail = askedTail(question);
  const slots = (question.slots ?? model.limits.maxJobs) * regions;
  const recordsPerPart = partRecords(question, dataset, model.limits, survey.sample?.bytes, regions);
  const records = Math.min(survey.records, recordsPerPart * (question.maxJobs ?? Number.POSITIVE_INFINITY));
  const estimate = (some: number): Plan =>
    estimatePlan({
      model: { ...model, limits: { ...model.limits, maxJobs: model.limits.maxJobs * regions } },
      params: request.params,
      records: some,
      slots,
      partRecords: recordsPerPart,
      keepsTail: areLeftOut || hasAnswers,
      tail: tail !== undefined,
      sample: survey.sample,
      outputTokens: question.expectOutputTokens,
    });
  const plan = estimate(records);
  const cachedUsd = survey.cached === 0 ? 0 : estimate(survey.cached).cost?.batch.expected;
  return {
    source: dataset.name,
    bytes: dataset.bytes,
    modelId: model.modelId,
    target: describeTarget(target),
    targetKind: target.kind,
    rows: survey.rows,
    rejected: survey.rejected,
    taken: dataset.taken,
    leftOut: survey.records - records,
    duplicates: {
      rows: survey.duplicates,
      among: question.dedupe ?? 'part',
      areLeftOut,
      batchUsd: costOfSome(plan, survey.duplicates),
    },
    cached: { rows: survey.cached, areLeftOut: hasAnswers, batchUsd: cachedUsd },
    plan,
    ...(tail?.deadlineMs !== undefined && { deadlineMs: tail.deadlineMs }),
    minRecords: model.limits.minRecords,
    storageBytes: plan.bytes === undefined ? undefined : plan.bytes + survey.rowBytes,
    ...(question.fetchImages === undefined ? {} : { hasFetched: true }),
  };
}

/** What so many records cost, if all cost the same. */
function costOfSome({ cost, records }: Plan, some: number): number | undefined {
  return cost === undefined ? undefined : records === 0 ? 0 : (cost.batch.expected * some) / records;
}
