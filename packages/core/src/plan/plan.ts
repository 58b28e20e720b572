import type { JsonObject, ResolvedModel } from '../model/index.ts';
import { sentinelsFor } from '../pack/index.ts';
import type { DurationRange } from '../schedule/index.ts';
import { type PlannedCost, plannedCost } from './cost.ts';
import { estimateDuration } from './duration.ts';
import { partRecordsFor, partsOf, wavesOf } from './part-size.ts';
import type { RecordSample } from './record-sample.ts';
import type { Estimate } from './tokens.ts';

/** What a plan is made of. */
export interface PlanInput {
  readonly model: ResolvedModel;
  /** As `Family.parseParams` made them: `max_tokens` bounds the answers. */
  readonly params: JsonObject;
  /** Rows that will be sent, rejected ones left out. */
  readonly records: number;
  /** Jobs at once. */
  readonly slots: number;
  /** Records a part, where it is given or frozen already. */
  readonly partRecords?: number;
  /** The last part is padded where it is small, and not balanced with the one before: rows are left out of parts. */
  readonly keepsTail?: boolean;
  /** What is below the minimum is not padded, but asked for on demand. */
  readonly tail?: boolean;
  /** Measured on some of the records; without it tokens and cost are unknown. */
  readonly sample?: RecordSample;
  /** Mean tokens of an answer, where somebody knows; without it a number is assumed and said to be. */
  readonly outputTokens?: number;
}

/** Tokens of all answers. */
export interface OutputEstimate {
  readonly low: number;
  readonly expected: number;
  /** Absent where nothing bounds an answer. */
  readonly high?: number;
  /** Mean tokens of one answer, as expected. */
  readonly each: number;
  /** Nobody has said how long answers are. */
  readonly assumed: boolean;
}

/** What a run would do and cost. What is not known is absent, never 0. */
export interface Plan {
  readonly records: number;
  readonly partRecords: number;
  readonly parts: number;
  readonly waves: number;
  readonly slots: number;
  /** Padding records, where there are fewer than the service's minimum. */
  readonly sentinels: number;
  /** What goes on demand, at full price: its records, and what they cost more than by batch inference, which is in `cost.batch`. */
  readonly tail?: { readonly records: number; readonly onDemandUsd?: number; readonly surchargeUsd?: number };
  /** Bytes of all records. */
  readonly bytes?: number;
  readonly inputTokens?: Estimate;
  /** Fewest, mean and most input tokens of one record, as expected. */
  readonly recordTokens?: { readonly fewest: number; readonly mean: number; readonly most: number };
  /** In all records: images, which are counted as `IMAGE_TOKENS` each, and what is not counted, since its tokens are not known. */
  readonly media?: { readonly images: number; readonly uncounted: number };
  /** Absent for embeddings. */
  readonly outputTokens?: OutputEstimate;
  readonly cost?: PlannedCost;
  /** Minutes under the assumed service; absent when there is nothing to send. */
  readonly minutes?: DurationRange;
}

/** Tokens of an answer when nothing is known of it: a short paragraph. */
const ASSUMED_ANSWER = 256;

/** Counts, parts, waves, tokens, cost and time of a run, before it is started. Pure, and quick enough for each key press. */
export function estimatePlan(input: PlanInput): Plan {
  const { model, records, sample } = input;
  const slots = Math.max(1, Math.min(input.slots, model.limits.maxJobs));
  const size = { estimatedRows: records, limits: model.limits, slots };
  const partRecords = input.partRecords ?? partRecordsFor(sample ? { ...size, recordBytes: sample.bytes } : size);
  const { keepsTail = false } = input;
  const parts = keepsTail ? Math.ceil(records / partRecords) : partsOf(records, partRecords, model.limits);
  const last = keepsTail ? records - (parts - 1) * partRecords : records;
  const output = model.family.task === 'embedding' ? undefined : outputTokens(input);
  const inputTokens = sample && times(sample.inputTokens, records);
  const byBatch = plannedCost(model.price, inputTokens, output ?? { low: 0, expected: 0, high: 0 });
  const padding = sentinelsFor(records === 0 ? 0 : last, model.limits);
  const share = input.tail && padding > 0 ? last / records : 0;
  const cost = byBatch && withTail(byBatch, share);
  return {
    records,
    partRecords,
    parts,
    waves: wavesOf(parts, slots),
    slots,
    sentinels: input.tail ? 0 : padding,
    ...(input.tail && {
      tail: {
        records: share > 0 ? last : 0,
        ...(byBatch && {
          onDemandUsd: byBatch.onDemand.expected * share,
          surchargeUsd: (byBatch.onDemand.expected - byBatch.batch.expected) * share,
        }),
      },
    }),
    ...(sample && {
      bytes: Math.round(sample.bytes * records),
      inputTokens: inputTokens!,
      recordTokens: { fewest: sample.fewestTokens, mean: sample.inputTokens.expected, most: sample.mostTokens },
      media: { images: Math.round(sample.images * records), uncounted: Math.round(sample.otherMedia * records) },
    }),
    ...(output && { outputTokens: output }),
    ...(cost && { cost }),
    ...(records > 0 && { minutes: estimateDuration({ records, parts, slots }) }),
  };
}

/** The cost where a share of the records goes on demand. */
function withTail(cost: PlannedCost, share: number): PlannedCost {
  if (share === 0) return cost;
  const { batch, onDemand } = cost;
  const mixed = (one: number, other: number): number => one + (other - one) * share;
  return {
    ...cost,
    batch: {
      low: mixed(batch.low, onDemand.low),
      expected: mixed(batch.expected, onDemand.expected),
      ...(batch.high !== undefined && onDemand.high !== undefined && { high: mixed(batch.high, onDemand.high) }),
    },
  };
}

/** The longest answers are those of the request's parameters, or those that the records say themselves. */
function outputTokens({ params, records, outputTokens: known, sample }: PlanInput): OutputEstimate {
  const limit = params['max_tokens'];
  const limits = typeof limit === 'number' ? [limit] : sample?.answerLimits;
  const wanted = known ?? ASSUMED_ANSWER;
  const each = limits === undefined ? wanted : mean(limits.map((most) => Math.min(wanted, most)));
  return {
    low: records,
    expected: records * each,
    ...(limits !== undefined && { high: records * mean(limits) }),
    each,
    assumed: known === undefined,
  };
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}

function times({ low, expected, high }: Estimate, count: number): Estimate {
  return { low: low * count, expected: expected * count, high: high * count };
}
