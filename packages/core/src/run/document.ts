import type { RegionLane } from '../job/index.ts';
import type { Priority } from '../lane/index.ts';
import type { AnswerSchema, InvocationType, JsonObject, ModelLimits, ModelTraits, Price } from '../model/index.ts';
import type { Dialect, FamilyModule, SourcePin, VpcConfig } from '../ports/index.ts';
import type { OpenAiAsk } from '../record/index.ts';
import type { TakenRows } from './taken-rows.ts';

/**
 * What was asked, resolved and frozen before the first part: `runs/<run>/run.json`, schema `run/1`. With it, the objects
 * beside it and ListModelInvocationJobs, the ledger can be rebuilt.
 */
export interface RunDocument {
  readonly schema: 'batchrock.run/1';
  /** `r-` and 10 characters of base 36, from `identity`. */
  readonly run: string;
  /** SHA-256 of everything that determines the answers, in hexadecimal; the same command finds its run by it. */
  readonly identity: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly version: string;
  /** First two characters of every record id. */
  readonly recordPrefix: string;
  readonly source: {
    /** As the user gave it. */
    readonly name: string;
    readonly bytes: number;
    /** Its files in order, with what each is known by. */
    readonly files: readonly (SourcePin & { readonly name: string })[];
    readonly dialect: Dialect;
    /** The rows that the run takes, where it does not take all. */
    readonly taken?: TakenRows;
  };
  readonly model: {
    readonly modelId: string;
    readonly baseId: string;
    readonly family: string;
    /** The file of a family of the user's own. */
    readonly familyModule?: FamilyModule;
    readonly invocationType: InvocationType;
    readonly task: 'text' | 'embedding';
    /** What the model takes otherwise than its family, where requests are written from conversations, or with a schema. */
    readonly traits?: ModelTraits;
    readonly limits: ModelLimits;
    readonly price?: Price;
  };
  readonly request: {
    /** Template of the user's turn; absent for embeddings. */
    readonly prompt?: string;
    readonly system?: string;
    /** Column to embed. */
    readonly textColumn?: string;
    readonly params: JsonObject;
    /**
     * Rows are records already: the JSON object in column `modelInput` is sent byte for byte under an id of ours, and the whole
     * `modelOutput` is kept. Nothing else of the request is there then.
     */
    readonly given?: true;
    /** What every answer has to be: each is checked against it, and its fields are columns of the results. */
    readonly schema?: AnswerSchema;
    /** Rows are lines of an OpenAI batch file, which are translated; the whole `modelOutput` is kept. */
    readonly openai?: OpenAiAsk;
  };
  readonly job: {
    /** `s3://bucket/prefix` of the run's store; parts lie below `runs/<run>/`. */
    readonly storeUri: string;
    /** Where jobs write, in place of `storeUri`; keys are the same. Default: there. */
    readonly outputStoreUri?: string;
    readonly roleArn: string;
    readonly timeoutHours: number;
    readonly namePrefix: string;
    /** What the jobs' output is encrypted by, and what this run itself writes; default: as the bucket encrypts. */
    readonly outputKmsKeyId?: string;
    /** The account of the buckets; default: that of the caller. */
    readonly bucketOwner?: string;
    readonly vpcConfig?: VpcConfig;
    readonly tags?: Readonly<Record<string, string>>;
  };
  /** `<account>/<region>/<base model id>`: what the concurrent-job quota counts. */
  readonly lane: string;
  /** Other Regions that its jobs may run in, those that were named first before the others. Default: only that of `lane`. */
  readonly elsewhere?: readonly RegionStore[];
  /** Records a part, frozen before the first. */
  readonly partRecords: number;
  /** Most parts of the first attempt; rows that do not go into them are left out. Default: no limit. */
  readonly maxParts?: number;
  /** Most attempts a record gets; default 3. */
  readonly maxAttempts: number;
  /** A bad row ends the run before anything is sent. */
  readonly strict: boolean;
  /** A row that asks for the same as one before it is not sent, and has its outcome. Default: every row is sent. */
  readonly dedupe?: Dedupe;
  /**
   * A row whose request has an answer in the cache is not sent, and has that answer; and answers of this run are put there. Default:
   * neither.
   */
  readonly cache?: true;
  /** Asked for with its first command, and free to be asked for otherwise later: changes no answer. */
  readonly asked?: {
    /** Jobs at once. */
    readonly slots?: number;
    /** Share of failed and rejected rows that is no failure. */
    readonly maxErrorRate?: number;
    /** Its class among the runs of its lane. */
    readonly priority?: Priority;
    /** Its share among the runs of its class, above 0. */
    readonly weight?: number;
    /** What is below the service's minimum goes on demand, at full price. Default: it is padded. */
    readonly tail?: AskedTail;
  };
  /** True when the target is the local Bedrock: answers are synthetic. */
  readonly synthetic: boolean;
}

/** Another Region of a run: jobs there read copies of their input in a bucket of that Region, and write there. */
export interface RegionStore extends RegionLane {
  /** `s3://bucket/prefix`; keys below it are those of the run's store. */
  readonly storeUri: string;
  /** What is encrypted by there; default: as the bucket encrypts. */
  readonly outputKmsKeyId?: string;
  /** Jobs of the model that may live at once there; default: as many as in the Region of the run. */
  readonly maxJobs?: number;
}

/** How the tail of a run goes on demand. */
export interface AskedTail {
  /** Records that are asked for at once; default 8. */
  readonly concurrency?: number;
  /** Milliseconds: what has no answer so long after the run was begun goes on demand too, jobs that are under way included. Default: never. */
  readonly deadlineMs?: number;
}

/** The same as it stands with the run. */
export interface RunTail {
  readonly concurrency?: number;
  /** Milliseconds since the epoch. */
  readonly deadlineAt?: number;
}

/** Among which rows a request is sent once only: those of a part, or all of the run. */
export type Dedupe = 'part' | 'run';

/**
 * How a run is stopped. `drain`: nothing new is sent, jobs in flight finish and are collected. `stop`: they are stopped,
 * and what they produced is collected. `abandon`: the run stops at once, its jobs go on, hold their slots until they end
 * and are collected whenever somebody sweeps the lane.
 */
export type StopMode = 'drain' | 'stop' | 'abandon';

/**
 * Which failed records `retry` sends again: those with one of these codes, or all of them, or else those that another attempt
 * may help. What the service has refused for good it refuses again, and bills for nothing but the trouble.
 */
export interface RetrySelection {
  readonly codes?: readonly string[];
  readonly all?: boolean;
}

/**
 * preparing ──all parts in the ledger──▶ running ──nothing left to send──▶ ended ──retry──▶ running
 *                                          │ ▲ resume
 *                                          ▼ │
 *                                       stopping ──no job of it left──▶ stopped
 */
export type RunState = 'preparing' | 'running' | 'stopping' | 'stopped' | 'ended';

/**
 * What a run may spend and has spent, in USD. It stands in the run's item, which every commit that begins or ends a job
 * writes in any case: a page of parts may be stale, and a ceiling must not be.
 */
export interface RunBudget {
  /** No job is begun that would carry the run above it; absent: no ceiling. */
  readonly ceilingUsd?: number;
  /** What one record is expected to cost; frozen, so that what was added is what is taken away. */
  readonly recordUsd: number;
  /** Records of the jobs that live, may live, or are not collected yet. Padding costs next to nothing and is left out. */
  readonly openRecords: number;
  /** What collected jobs have cost: by their tokens where they are known, else by `recordUsd`. */
  readonly spentUsd: number;
  /** Records of collected jobs that something came back for: what `spentUsd` was paid for. Default 0. */
  readonly paidRecords?: number;
}

/** A run that is paused. */
export interface RunPause {
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A run as it stands in the ledger, schema `run/1`. Counts come from its parts. */
export interface RunBody {
  readonly run: string;
  readonly identity: string;
  readonly state: RunState;
  readonly lane: string;
  /** Other Regions that its jobs may run in. */
  readonly elsewhere?: readonly RegionLane[];
  /**
   * Where its objects lie, `job.storeUri` of its document: whoever works on another store sends nothing of it. Absent in runs
   * of versions that knew one store only.
   */
  readonly store?: string;
  /** Its class among the runs of its lane; default `normal`. */
  readonly priority?: Priority;
  /** Its share among the runs of its class, above 0; default 1. */
  readonly weight?: number;
  readonly source: string;
  readonly modelId: string;
  readonly createdAt: number;
  readonly endedAt?: number;
  /** The generation in hand, from 1. */
  readonly attempt: number;
  /** Most attempts; `retry` raises it. */
  readonly maxAttempts: number;
  /** Parts of each generation that is complete in the ledger: `parts[attempt - 1]`. */
  readonly parts: readonly number[];
  /** Known when prepared. */
  readonly rows?: number;
  readonly rejected?: number;
  /** JSON Lines: the columns in order of first sight, known when prepared. */
  readonly columns?: readonly string[];
  /** Why nothing can be sent at the moment (a refused Create, jobs that are denied access, the ceiling of its budget); `resume` clears it. */
  readonly blocked?: { readonly code: string; readonly message: string; readonly at: number };
  /**
   * How often it was let go on after jobs of it had been denied access: what was sent before the last time says nothing of what its jobs
   * may do now. A number and no time, since who lets it go on and who sends its jobs may have two clocks. Absent: never.
   */
  readonly permits?: number;
  /** Since when nothing new of it is sent, because a user asked for that; what is in flight goes on. */
  readonly paused?: RunPause;
  /** Its tail goes on demand; absent: what is below the service's minimum is padded. */
  readonly tail?: RunTail;
  /** What it may spend and has spent; absent where that is not known. */
  readonly budget?: RunBudget;
  /** The ledger that drives it, as its bucket knows it: sends nothing more once another one does. */
  readonly owner?: string;
  /**
   * It was adopted, and parts of it may have a job that nobody has seen yet. Nothing is sent until a look behind this time,
   * milliseconds since the epoch, has shown which.
   */
  readonly unseenUntil?: number;
  /** While it is stopping or stopped: how. */
  readonly stopMode?: StopMode;
  /** Set by `retry` until the generation that it asked for is in the ledger. */
  readonly retrySelection?: RetrySelection;
  /**
   * A process or a stack works on it until then at least, milliseconds since the epoch: a hint for fairness between those that
   * share a lane.
   */
  readonly activeUntil?: number;
  /** Files that results were exported to. */
  readonly exports?: readonly { readonly path: string; readonly bytes: number; readonly xxh128: string }[];
  readonly synthetic: boolean;
  /** Sequence number of its newest event, or of a step since that a ledger keeps no event of (`Ledger.isMetered`). */
  readonly seq: number;
}

/** Something that happened to a run, schema `event/1`; what `watch` shows. */
export interface EventBody {
  readonly run: string;
  readonly seq: number;
  readonly at: number;
  readonly kind:
    | 'prepared'
    | 'adopted'
    | 'submitting'
    | 'submitted'
    | 'ended'
    | 'collected'
    | 'generation'
    | 'blocked'
    | 'stopping'
    | 'stopped'
    | 'paused'
    | 'resumed'
    | 'finished';
  readonly attempt?: number;
  readonly part?: number;
  readonly jobArn?: string;
  readonly message?: string;
}
