import type { ServiceClock } from '../clock/index.ts';
import type { FaultSwitch } from '../faults/index.ts';
import type { Job, JobEngine, JobTable } from '../jobs/index.ts';
import type { ObjectStorage } from '../storage/index.ts';
import type { ModelTable } from './model-identity.ts';
import type { BedrockSettings } from './options.ts';

/** What the operations of one server share. */
export interface BedrockState {
  readonly settings: BedrockSettings;
  readonly jobs: JobTable;
  readonly engine: JobEngine;
  readonly models: ModelTable;
  readonly faults: FaultSwitch;
  readonly clock: ServiceClock;
  /** Where Create looks for buckets; undefined when that is left to the validation of the job. */
  readonly storage: ObjectStorage | undefined;
  /** Tells of a job's new status. */
  readonly onStatus: (job: Job) => void;
}

/** One call of an operation. */
export interface Call {
  readonly account: string;
  readonly region: string;
  /** Path labels, decoded, in the order of the path. */
  readonly labels: readonly string[];
  readonly query: URLSearchParams;
  /** The JSON body, parsed; `{}` when there is none. */
  readonly body: unknown;
  /** Aborts when the client hangs up. */
  readonly signal: AbortSignal;
}

/** Answers a call with the value of its JSON body, or throws an `AwsError`. */
export type Operation = (call: Call, state: BedrockState) => Promise<unknown> | unknown;
