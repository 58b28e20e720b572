import type { Family, InvocationType, ModelTraits, Task } from './family.ts';

/** Limits of batch inference for one model, with where they come from. */
export interface ModelLimits {
  /** Fewest records in a job. */
  readonly minRecords: number;
  /** Most records in a job. */
  readonly maxRecords: number;
  readonly maxRecordsPerFile: number;
  /** Bytes of one input file. */
  readonly maxFileBytes: number;
  /** Bytes of all input files of a job. */
  readonly maxJobBytes: number;
  /** Bytes of one record; ours, since the service publishes none. */
  readonly maxRecordBytes: number;
  /** Submitted and running jobs in one account and Region. */
  readonly maxJobs: number;
  readonly source: string;
  /** The day on which the source was read, ISO 8601. */
  readonly date: string;
}

/** USD per million tokens, on demand; batch is half where `batch` is absent. */
export interface Price {
  readonly input: number;
  readonly output: number;
  readonly batch?: { readonly input: number; readonly output: number };
  readonly source: string;
  readonly date: string;
}

/** What is known of one model. */
export interface ModelEntry {
  /** Without profile prefix: `anthropic.claude-3-haiku-20240307-v1:0`. */
  readonly id: string;
  readonly name: string;
  /** What prompts go through. */
  readonly family: string;
  /** How InvokeModel speaks to it; absent: as `family`, where that is not Converse. */
  readonly native?: string;
  readonly task: Task;
  /** False: reached through a cross-Region profile only. */
  readonly direct: boolean;
  /** Prefixes of the profiles that are known to lead to it, `us`, `eu`, … Empty: none is listed. */
  readonly profiles: readonly string[];
  /** A sentence: why it cannot be used here although it is known. */
  readonly refused?: string;
  readonly traits?: ModelTraits;
  /** On demand; the plain id and the `global.` profile. Absent when it is not known. */
  readonly price?: Price;
  /** Prices of geographic profiles (`us.`, `eu.`, …) where they differ. */
  readonly geographicPrice?: Price;
  readonly limits?: Partial<ModelLimits>;
}

/** A model id as the user gave it, understood. */
export interface ResolvedModel {
  /** As given: goes to CreateModelInvocationJob. */
  readonly modelId: string;
  /** Without partition, Region, account and profile prefix. */
  readonly baseId: string;
  /** `us`, `eu`, `apac`, `global` …; absent for a plain model. */
  readonly profile?: string;
  /** What prompts go through. */
  readonly family: Family;
  /** How it can be spoken to in jobs of each type; a type is absent where it cannot, or where it is not known. */
  readonly speaks: Readonly<Partial<Record<InvocationType, Family>>>;
  readonly traits: ModelTraits;
  readonly limits: ModelLimits;
  /** Absent when it is not known: say so, never 0. */
  readonly price?: Price;
  /** One sentence each: an unknown id, a model that needs a profile, and so on. */
  readonly warnings: readonly string[];
}
