import type { DurationRange, RunState } from '@batchrock/core';

/** Where a run stands. `undefined` is a figure that is not known yet; it is never told as 0. */
export interface RunStatus {
  readonly run: string;
  readonly state: RunState;
  /**
   * Whether a process works on it, as its lock tells; undefined for a run that is at rest. One that nobody works on goes on
   * with `resume` (while it is being prepared: with its `run` command).
   */
  readonly attended: boolean | undefined;
  /** The dataset, as it was given. */
  readonly source: string;
  readonly modelId: string;
  /** The local Bedrock answers: no model has seen the rows. */
  readonly synthetic: boolean;
  /** Where the jobs run, in words: `local Bedrock`, `us-east-1`, a URL. */
  readonly target: string;
  /** The stack whose functions drive it; absent: processes of this machine do. */
  readonly stack?: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly endedAt: number | undefined;
  /** The generation in hand, from 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly rows: number | undefined;
  readonly succeeded: number;
  readonly failed: number;
  readonly rejected: number | undefined;
  readonly pending: number | undefined;
  /** Rows that were not sent because another one asks for the same; they are counted by its outcome. */
  readonly duplicates: number;
  /** Rows that were not sent because another run has their answers; part of `succeeded`, and in neither tokens nor cost. */
  readonly cached: number;
  /** Answers cut off at the model's token limit; part of `succeeded`. */
  readonly truncated: number;
  /** Records that live jobs have answered so far. They become final when the job ends. */
  readonly processing: { readonly succeeded: number; readonly failed: number };
  readonly jobs: {
    /** Jobs that live or may live. */
    readonly running: number;
    /** Slots of the lane. */
    readonly slots: number | undefined;
    /** Jobs of others that had slots of the lane when they were counted last; absent: none. */
    readonly others?: number;
    /** Parts that wait for a slot. */
    readonly waiting: number;
    readonly done: number;
    readonly total: number;
  };
  /** Padding records of all attempts: they fill jobs up to the service's minimum, are dropped again, and cost tokens. */
  readonly padding: number;
  /** Records that went on demand, at full price, over all attempts, and those that were answered; absent where none did. */
  readonly onDemand?: { readonly records: number; readonly succeeded: number };
  readonly tokens: { readonly input: number | undefined; readonly output: number | undefined };
  readonly cost: RunCost;
  /** Milliseconds until it has ended, by the model and by what its jobs have shown; undefined where that cannot be told. */
  readonly timeLeft: DurationRange | undefined;
  /** Nothing new of it is sent until it is resumed, because somebody asked for that. */
  readonly paused?: boolean;
  /** Why nothing can be sent at the moment. */
  readonly blocked: { readonly code: string; readonly message: string } | undefined;
  /** Why nothing of it was ever sent; its `run` command begins anew. */
  readonly refused: { readonly code: string; readonly message: string } | undefined;
}

/** USD. What the tokens counted so far cost, and what all of them would on demand; undefined where price or tokens are unknown. */
export interface RunCost {
  /** By batch inference; what went on demand at its full price. */
  readonly batchUsd: number | undefined;
  readonly onDemandUsd: number | undefined;
  /** What the whole run will cost by batch inference, extrapolated from the records that are done. */
  readonly estimatedBatchUsd: number | undefined;
  /** What the run may cost in all; undefined: no ceiling. */
  readonly ceilingUsd: number | undefined;
  /** The day on which the prices were read, ISO 8601. */
  readonly priceDate: string | undefined;
}

/** The run as the commands are told of it: its id, and its stack. */
export function runArguments({ run, stack }: Pick<RunStatus, 'run' | 'stack'>): string {
  return stack === undefined ? run : `${run} --stack ${stack}`;
}

/**
 * The command that goes on with a run that nobody works on. A run that is not prepared to its end needs its dataset, one that was refused
 * another question, one at its ceiling another one.
 */
export function howToGoOn(
  status: Pick<RunStatus, 'run' | 'state' | 'stack'> & Partial<Pick<RunStatus, 'blocked' | 'refused'>>,
): string {
  if (status.state === 'preparing' || status.refused !== undefined) return 'its batchrock run command';
  const ceiling = status.blocked?.code === 'BR-E0601' ? ' --max-cost USD' : '';
  return `batchrock resume ${runArguments(status)}${ceiling}`;
}

/** The most that is said of a run that has not ended: what is under way may have to be sent again. */
const ALMOST = 0.999;

/** Rows that have their outcome for good so far, as a share of all rows: 0 to 1, and 1 only at the end. */
export function shareCollected(status: RunStatus): number | undefined {
  return shareOf(status, outcomesOf(status));
}

/** The same, with what live jobs have answered: what a live line shows beside the same counts. */
export function shareDone(status: RunStatus): number | undefined {
  return shareOf(status, outcomesOf(status) + status.processing.succeeded + status.processing.failed);
}

function outcomesOf(status: RunStatus): number {
  return status.succeeded + status.failed + (status.rejected ?? 0);
}

function shareOf(status: RunStatus, done: number): number | undefined {
  if (status.state === 'ended') return 1;
  if (status.rows === undefined) return undefined;
  return Math.min(ALMOST, done / Math.max(1, status.rows));
}
