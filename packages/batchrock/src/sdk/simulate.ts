import {
  compareSystems,
  DEFAULT_LIMITS,
  resolveModel,
  SERVICE_MODEL,
  type ServiceModel,
  type SystemForecast,
  type WhatIfLane,
} from '@batchrock/core';
import { catalogueFrom } from '../request/catalogue-file.ts';

/** A Region as it might be. */
export interface RequestedRegion {
  readonly name: string;
  /** Jobs at once. */
  readonly slots: number;
  readonly recordsPerMinute?: number;
  /** That a job waits longer than usual. */
  readonly moreMinutes?: number;
}

/** A dataset that might be sent, and the service as it might be. Whatever is left out is assumed, or taken from the model. */
export interface SimulationRequest {
  readonly records: number;
  /** Its limits and its price are taken; without it the usual limits, and no price. */
  readonly model?: string;
  /** Path of a JSON file that changes what is known of models. */
  readonly catalogue?: string;
  /** Records a job; default: what each system would choose. */
  readonly partRecords?: number;
  /** Jobs at once in the one Region; default: the model's quota. */
  readonly slots?: number;
  /** In place of `slots`: several Regions, each with its own, and where they differ with a rate and a longer queue. */
  readonly regions?: readonly RequestedRegion[];
  /** Other than the usual times of jobs. */
  readonly service?: Partial<ServiceModel>;
  /** Records that fail in an attempt for a reason that may pass, 0 to 1; default 0. */
  readonly retryShare?: number;
  readonly maxAttempts?: number;
  /** Mean tokens of a record; default 500. */
  readonly inputTokens?: number;
  /** Mean tokens of an answer; default 256. */
  readonly outputTokens?: number;
  /** Another one plays other chances; default 1. */
  readonly seed?: number;
}

/** How Batchrock and two other ways to look after jobs would fare. */
export interface SimulationReport {
  readonly records: number;
  readonly modelId: string | undefined;
  readonly service: ServiceModel;
  readonly regions: readonly WhatIfLane[];
  readonly retryShare: number;
  readonly tokens: { readonly input: number; readonly output: number };
  /** Day of the price; undefined where it is not known. */
  readonly priceDate: string | undefined;
  readonly systems: readonly SystemForecast[];
}

const ASSUMED_RECORD_TOKENS = 500;
const ASSUMED_ANSWER_TOKENS = 256;

/** Plays a run through with each system. Reads no dataset, asks no server; the same request gives the same answer. */
export function simulate(request: SimulationRequest): SimulationReport {
  const known = catalogueFrom(request.catalogue);
  const model =
    request.model === undefined ? undefined : resolveModel(request.model, known === undefined ? {} : { catalogue: known });
  const limits = model?.limits ?? DEFAULT_LIMITS;
  const service = { ...SERVICE_MODEL, ...request.service };
  const one: RequestedRegion = { name: 'one Region', slots: request.slots ?? limits.maxJobs };
  const regions = (request.regions ?? [one]).map((region) => ({
    name: region.name,
    slots: region.slots,
    service: {
      ...service,
      startMinutes: service.startMinutes + (region.moreMinutes ?? 0),
      recordsPerMinute: region.recordsPerMinute ?? service.recordsPerMinute,
    },
  }));
  const tokens = {
    input: request.inputTokens ?? ASSUMED_RECORD_TOKENS,
    output: model?.family.task === 'embedding' ? 0 : (request.outputTokens ?? ASSUMED_ANSWER_TOKENS),
  };
  const { records, partRecords, retryShare = 0, maxAttempts: attempts, seed } = request;
  return {
    records,
    modelId: model?.modelId,
    service,
    regions,
    retryShare,
    tokens,
    priceDate: model?.price?.date,
    systems: compareSystems({
      records,
      partRecords,
      limits,
      lanes: regions,
      retryShare,
      attempts,
      price: model?.price,
      tokens,
      seed,
    }),
  };
}
