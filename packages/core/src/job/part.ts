/**
 * The life of a part and its job.
 *
 * ready ──intent + slot──▶ submitting ──ARN known──▶ submitted ──Get says ended, slot released──▶ ended ──outcomes written──▶ collected
 *
 * `submitting` is left only by proof, never because a call was refused: an ARN (from Create, List or an event's name); or,
 * where nothing more may be sent, back to `ready` when there is no job and none can come into being any more.
 */
export type PartState = 'ready' | 'submitting' | 'submitted' | 'ended' | 'collected';

/** How the records of a collected part came out. */
export interface CollectCounts {
  readonly succeeded: number;
  /** Failed for good: sending the same record again would fail again. */
  readonly failed: number;
  /** Failed, and worth another attempt. */
  readonly retryable: number;
  /** Sent, and nothing came back. */
  readonly missing: number;
  /** Of the succeeded: cut off at the token limit. */
  readonly truncated: number;
  /** Sums over the records that say it; undefined where none does. */
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  /** Where the sorted runs of its outcomes begin in their object, in bytes; absent where it is one. */
  readonly sortedRuns?: readonly number[];
  /** How the duplicates of its records came out; absent where there are none. */
  readonly duplicates?: DuplicateCounts;
}

/** Rows of a part that have answers of other runs. */
export interface CachedCounts {
  readonly rows: number;
  /** Of them: cut off at the token limit. */
  readonly truncated: number;
}

/** How the rows came out that have the outcomes of others, in the words of `CollectCounts`. */
export type DuplicateCounts = Pick<CollectCounts, 'succeeded' | 'failed' | 'retryable' | 'missing' | 'truncated'>;

/** A place in the dataset where a row begins, or its end; the fields of `ReadPosition`. */
export interface Place {
  readonly source?: number;
  readonly byte: number;
  readonly line: number;
  readonly ordinal: number;
}

/** Where a part of the first attempt lies in the dataset. */
export interface PartSpan {
  /** Its first row. */
  readonly from: Place;
  /** The row after its last one. */
  readonly to: Place;
  /** The first rows of the sources that begin inside it, where some do. */
  readonly starts?: readonly Place[];
}

/** What never changes about a part once it is in the ledger. */
export interface PartFacts {
  readonly run: string;
  /** From 1: the n-th time that its records are sent. */
  readonly attempt: number;
  /** From 0 within its attempt, in order of the rows. */
  readonly part: number;
  readonly lane: string;
  /** Real records; 0 for a part whose rows were all rejected (it is born `collected`). */
  readonly records: number;
  /** Padding records below the service's minimum. */
  readonly sentinels: number;
  /** Bytes of the input files, sentinels included. */
  readonly bytes: number;
  /** Input files, in order: `000.jsonl`, … */
  readonly files: number;
  /**
   * Names the content of its input, lower-case hexadecimal. First attempt: of the part's rows as they came, which with the
   * run's document, and with attempt 0 in a run with a cache, determine every byte of the input files. Later ones: of the input
   * files, one after another.
   */
  readonly xxh128: string;
  /** First and last ordinal of its records; for the first attempt of its rows. */
  readonly firstOrdinal: number;
  readonly lastOrdinal: number;
  /** First attempt only. */
  readonly span?: PartSpan;
  /** First attempt only: rows that were never sent. */
  readonly rejected?: number;
  /**
   * Rows that are not sent and have the outcomes of its records, since they ask for the same; absent where there are none. First
   * attempt: the rows of its own that are not sent, which have the outcomes of its records, or, where all rows of the run are
   * compared, of records in whatever part.
   */
  readonly duplicates?: number;
  /** First attempt only: rows that are not sent and have their answers from the cache; absent where there are none. */
  readonly cached?: CachedCounts;
  /**
   * Attempts that its records had used up before this one; absent: one for each generation before its own. They are fewer where
   * records were sent to find one that breaks its job: a job that fails before processing uses none.
   */
  readonly used?: number;
  /** The part that it is a piece of, as `00007-1`, where the job of that part failed before processing. */
  readonly pieceOf?: string;
  readonly jobName: string;
  readonly clientRequestToken: string;
}

/** A Region beside that of the run, and the lane that its jobs hold slots of there. */
export interface RegionLane {
  readonly region: string;
  readonly lane: string;
}

/** A part as it stands in the ledger, schema `part/1`. */
export interface PartBody extends PartFacts {
  readonly state: PartState;
  /** Where its job is or may be; written with the intent, before anything is sent. Absent: in the Region of the run. */
  readonly elsewhere?: RegionLane;
  /** When the intent to create its job was written, milliseconds since the epoch. */
  readonly since?: number;
  /** Under which permission of its run it was sent (`RunBody.permits`); absent: the first. */
  readonly permit?: number;
  /** It is not a job: its records are asked for on demand, and `jobArn` names that alone. */
  readonly onDemand?: true;
  readonly jobArn?: string;
  readonly jobId?: string;
  readonly jobStatus?: string;
  readonly jobMessage?: string;
  /** Last live counters, sentinels included. */
  readonly jobCounts?: {
    readonly total: number;
    readonly processed: number;
    readonly succeeded: number;
    readonly failed: number;
  };
  /** Its job was denied access where no job of the run had come through: that used no attempt of its records. */
  readonly denied?: true;
  /** Its job was denied access, and at its end said itself that it had processed none of its records: no output of it will come. */
  readonly leftNothing?: true;
  readonly endedAt?: number;
  readonly collected?: CollectCounts;
}

/** The lane that a part's job holds a slot of. */
export function laneOfJob(part: PartBody): string {
  return part.elsewhere?.lane ?? part.lane;
}

/** Which of the other Regions of a run a job is in, by its ARN (`arn:<partition>:bedrock:<region>:…`); undefined in the run's own. */
export function elsewhereOf(regions: readonly RegionLane[] | undefined, jobArn: string): RegionLane | undefined {
  const region = jobArn.split(':')[3];
  return regions?.find((each) => each.region === region);
}
