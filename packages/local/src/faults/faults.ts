/** A share of calls from 0 to 1: of every operation, or by the operation's name (`CreateModelInvocationJob`). */
export type Rate = number | Readonly<Record<string, number>>;

/** A number for every job, or by the job's name, in which `*` stands for any characters; the first that fits counts. */
export type JobRate = number | Readonly<Record<string, number>>;

/**
 * What goes wrong, and how often. Faults of calls strike by a seeded sequence; faults of jobs and records are drawn from
 * the seed, the job's name and the record's id alone, so that a job that is run again after a restart fails in the same
 * places and a retry under another name may succeed. A job keeps the faults that it was created under.
 */
export interface Faults {
  readonly seed: number;
  /** ThrottlingException before anything happens. */
  readonly throttle: Rate;
  /** InternalServerException: half before the effect, half after it. */
  readonly serverError: Rate;
  /** The call takes effect and the connection is cut. */
  readonly lostReply: Rate;
  /** Milliseconds before each answer. */
  readonly latencyMs: Rate;
  /** Jobs of somebody else that count against each model's quota. */
  readonly foreignJobs: number;
  /** The account has no access to any model: Create is refused. */
  readonly noAccess: boolean;
  /** Records with an error in place of an answer. */
  readonly recordFail: JobRate;
  /** Codes of those errors, drawn evenly: 400 is permanent; 429, 500, 503 and 408 are worth another attempt. */
  readonly recordCodes: readonly number[];
  /** Records without an output line. */
  readonly recordMissing: JobRate;
  /** Records whose output line is written twice. */
  readonly recordDouble: JobRate;
  /** Jobs that begin and then fail as a whole; without output unless `keptFraction` says otherwise. */
  readonly jobFail: JobRate;
  /** Jobs whose input does not pass validation: they fail before a record is processed. */
  readonly jobRefuse: JobRate;
  /** What a job of either kind says; nothing at all when this is empty. */
  readonly jobFailMessage: string;
  /** Jobs that run out of time: PartiallyCompleted. */
  readonly jobPartial: JobRate;
  /** The share of records that such a job has processed. */
  readonly partialFraction: number;
  /** Jobs that expire in the queue. */
  readonly jobExpire: JobRate;
  /** Jobs that stay Scheduled until their timeout. */
  readonly jobStuck: JobRate;
  /** Jobs that somebody else stops: in the queue, or in their middle where `keptFraction` is more than 0. */
  readonly jobStop: JobRate;
  /**
   * The share of records that a job has processed, and keeps, when it fails, expires or is stopped by a fault. Whether an expired
   * job may have output is not documented; this one has begun.
   */
  readonly keptFraction: number;
  /** Milliseconds of the service's clock that a job is InProgress at least. */
  readonly jobRunMs: JobRate;
  /** Milliseconds of the service's clock from the job's end until its output is there. */
  readonly outputDelayMs: JobRate;
  /** The same, from the output to the manifest. */
  readonly manifestDelayMs: JobRate;
  readonly manifestMissing: boolean;
  /** Output files for each input file. */
  readonly outputFiles: number;
  /** Events that are never sent, are sent twice, or come late. */
  readonly eventLose: number;
  readonly eventDouble: number;
  /** Milliseconds of the service's clock; each event comes between 0 and this late, so that they overtake each other. */
  readonly eventDelayMs: number;
}

/** The faults that are a number for each job. */
export const JOB_RATES = [
  'recordFail',
  'recordMissing',
  'recordDouble',
  'jobFail',
  'jobRefuse',
  'jobPartial',
  'jobExpire',
  'jobStuck',
  'jobStop',
  'jobRunMs',
  'outputDelayMs',
  'manifestDelayMs',
] as const satisfies readonly (keyof Faults)[];

/** The others that a job keeps. */
type KeptAsTheyAre =
  | 'seed'
  | 'recordCodes'
  | 'jobFailMessage'
  | 'partialFraction'
  | 'keptFraction'
  | 'manifestMissing'
  | 'outputFiles';

/** The faults that a job keeps. */
export type JobFaults = Readonly<Record<(typeof JOB_RATES)[number], number>> & Pick<Faults, KeptAsTheyAre>;

/** Nothing goes wrong. */
export const NO_FAULTS: Faults = {
  seed: 1,
  throttle: 0,
  serverError: 0,
  lostReply: 0,
  latencyMs: 0,
  foreignJobs: 0,
  noAccess: false,
  recordFail: 0,
  recordCodes: [429, 500, 503, 400],
  recordMissing: 0,
  recordDouble: 0,
  jobFail: 0,
  jobRefuse: 0,
  jobFailMessage: 'The job failed because of an internal error. Try again.',
  jobPartial: 0,
  partialFraction: 0.5,
  jobExpire: 0,
  jobStuck: 0,
  jobStop: 0,
  keptFraction: 0,
  jobRunMs: 0,
  outputDelayMs: 0,
  manifestDelayMs: 0,
  manifestMissing: false,
  outputFiles: 1,
  eventLose: 0,
  eventDouble: 0,
  eventDelayMs: 0,
};

/** What each fault does, for the help of `--fault` and for messages. */
export const FAULT_HELP: Readonly<Record<keyof Faults, string>> = {
  seed: 'where the draws begin',
  throttle: 'share of calls answered with ThrottlingException',
  serverError: 'share of calls answered with InternalServerException, half of them after their effect',
  lostReply: 'share of calls that take effect and whose connection is cut',
  latencyMs: 'milliseconds before each answer',
  foreignJobs: 'jobs of somebody else that fill each quota',
  noAccess: 'whether the account has no access to models',
  recordFail: 'share of records that fail',
  recordCodes: 'codes of failed records, such as 400,429,500',
  recordMissing: 'share of records without an output line',
  recordDouble: 'share of records with two output lines',
  jobFail: 'share of jobs that fail as a whole',
  jobRefuse: 'share of jobs whose input does not pass validation',
  jobFailMessage: 'what a job of these two says; empty for nothing',
  jobPartial: 'share of jobs that end as PartiallyCompleted',
  partialFraction: 'share of the records of such a job that are processed',
  jobExpire: 'share of jobs that expire in the queue',
  jobStuck: 'share of jobs that stay Scheduled until their timeout',
  jobStop: 'share of jobs that somebody else stops',
  keptFraction: 'share of the records that a job has processed when it fails, expires or is stopped by these',
  jobRunMs: "milliseconds of the service's clock that a job is InProgress at least",
  outputDelayMs: "milliseconds of the service's clock from a job's end to its output",
  manifestDelayMs: "milliseconds of the service's clock from the output to the manifest",
  manifestMissing: 'whether manifests are left out',
  outputFiles: 'output files for each input file',
  eventLose: 'share of events that are never sent',
  eventDouble: 'share of events that are sent twice',
  eventDelayMs: "milliseconds of the service's clock that an event comes late at most",
};

/** The part of the faults that is frozen with a job of that name. */
export function faultsOfJob(faults: Faults, jobName: string): JobFaults {
  const { seed, recordCodes, jobFailMessage, partialFraction, keptFraction, manifestMissing, outputFiles } = faults;
  const numbers = Object.fromEntries(JOB_RATES.map((name) => [name, numberFor(faults[name], jobName)]));
  const ofJob = numbers as Record<(typeof JOB_RATES)[number], number>;
  return { seed, ...ofJob, recordCodes, jobFailMessage, partialFraction, keptFraction, manifestMissing, outputFiles };
}

function numberFor(rate: JobRate, jobName: string): number {
  if (typeof rate === 'number') return rate;
  const found = Object.entries(rate).find(([pattern]) => {
    const parts = pattern.split('*').map((part) => part.replace(/[.+]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`, 's').test(jobName);
  });
  return found?.[1] ?? 0;
}
