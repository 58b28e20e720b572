import { StateError } from '../errors/index.ts';
import type { CollectCounts, PartBody, PartState, RegionLane } from './part.ts';

/** What the service says about a job, as far as a part keeps it. */
export interface JobReport {
  readonly jobArn: string;
  readonly status: string;
  /** True for a status that a job never leaves. */
  readonly terminal: boolean;
  readonly message?: string;
  readonly counts?: PartBody['jobCounts'];
}

/** What is asked of a part. */
export type PartCommand =
  /** Write down the intent to create its job; in which other Region, where not in that of the run. */
  | { readonly do: 'intend'; readonly elsewhere?: RegionLane | undefined }
  /** Begin another trust window: nothing that was sent before can still make a job. */
  | { readonly do: 'renew' }
  /** Give the intent up: nothing that was sent before can still make a job. */
  | { readonly do: 'withdraw' }
  /** The job exists, in that other Region where it is not in that of the run. */
  | { readonly do: 'adopt'; readonly jobArn: string; readonly elsewhere?: RegionLane | undefined }
  /** Get or List said something about the job. */
  | { readonly do: 'observe'; readonly report: JobReport }
  /** Its outcomes are written. */
  | { readonly do: 'collect'; readonly counts: CollectCounts };

/** What happened to a part. */
export type PartEvent =
  | { readonly event: 'intended'; readonly since: number; readonly elsewhere: RegionLane | undefined }
  | { readonly event: 'renewed'; readonly since: number }
  | { readonly event: 'withdrawn' }
  | { readonly event: 'adopted'; readonly jobArn: string; readonly elsewhere: RegionLane | undefined }
  | { readonly event: 'progressed'; readonly status: string; readonly counts: PartBody['jobCounts'] }
  | {
      readonly event: 'ended';
      readonly status: string;
      readonly message: string | undefined;
      readonly counts: PartBody['jobCounts'];
      readonly at: number;
    }
  | { readonly event: 'collected'; readonly counts: CollectCounts };

/** `act`: do it. `late`: it has been done or overtaken, and nothing happens. `early`: a step was left out; our mistake. */
type Verdict = 'act' | 'late' | 'early';

/**
 * Every command in every state. A part moves to the right only; `withdraw` is the one step back, and it needs the proof
 * that no job exists or ever will. Adopting from `ready` is for a job that turns up after such a proof failed.
 */
const VERDICTS: Readonly<Record<PartCommand['do'], Readonly<Record<PartState, Verdict>>>> = {
  //          ready          submitting          submitted          ended          collected
  intend: { ready: 'act', submitting: 'late', submitted: 'late', ended: 'late', collected: 'late' },
  renew: { ready: 'late', submitting: 'act', submitted: 'late', ended: 'late', collected: 'late' },
  withdraw: { ready: 'late', submitting: 'act', submitted: 'late', ended: 'late', collected: 'late' },
  adopt: { ready: 'act', submitting: 'act', submitted: 'late', ended: 'late', collected: 'late' },
  observe: { ready: 'early', submitting: 'early', submitted: 'act', ended: 'late', collected: 'late' },
  collect: { ready: 'early', submitting: 'early', submitted: 'early', ended: 'act', collected: 'late' },
};

/** The way of a job up to its end. Get and List may say an older status after a newer one; a part keeps the newest. */
const STATUS_ORDER: readonly string[] = ['Submitted', 'Validating', 'Scheduled', 'InProgress', 'Stopping'];

/**
 * What follows from a command; an empty list when it comes late, which happens whenever several processes do the same.
 * Throws `BR-E0207` when a step was left out. Pure.
 */
export function decide(part: PartBody, command: PartCommand, now: number): readonly PartEvent[] {
  const verdict = VERDICTS[command.do][part.state];
  if (verdict === 'late') return [];
  if (verdict === 'early') {
    throw new StateError(
      'BR-E0207',
      `part ${part.part} of attempt ${part.attempt} cannot ${command.do} while it is ${part.state}`,
      {
        details: { run: part.run, attempt: part.attempt, part: part.part, state: part.state },
      },
    );
  }
  switch (command.do) {
    case 'intend':
      return [{ event: 'intended', since: now, elsewhere: command.elsewhere }];
    case 'renew':
      return [{ event: 'renewed', since: now }];
    case 'withdraw':
      return [{ event: 'withdrawn' }];
    case 'adopt':
      return [{ event: 'adopted', jobArn: command.jobArn, elsewhere: command.elsewhere }];
    case 'observe':
      return observe(part, command.report, now);
    case 'collect':
      return [{ event: 'collected', counts: command.counts }];
  }
}

function observe(part: PartBody, report: JobReport, now: number): readonly PartEvent[] {
  // the first job that was adopted is the part's job; what another one does is not about this part
  if (report.jobArn !== part.jobArn) return [];
  const counts = mergeCounts(part.jobCounts, report.counts);
  if (report.terminal) return [{ event: 'ended', status: report.status, message: report.message, counts, at: now }];
  const status = newerStatus(part.jobStatus, report.status);
  if (status === part.jobStatus && sameCounts(counts, part.jobCounts)) return [];
  return [{ event: 'progressed', status, counts }];
}

/** The part after an event. Pure. */
export function evolve(part: PartBody, event: PartEvent): PartBody {
  switch (event.event) {
    case 'intended':
      return { ...part, state: 'submitting', since: event.since, ...(event.elsewhere && { elsewhere: event.elsewhere }) };
    case 'renewed':
      return { ...part, since: event.since };
    case 'withdrawn': {
      const { since: _, elsewhere: __, ...rest } = part;
      return { ...rest, state: 'ready' };
    }
    case 'adopted': {
      const { jobArn, elsewhere } = event;
      const { elsewhere: _, ...rest } = part;
      const jobId = jobArn.slice(jobArn.lastIndexOf('/') + 1);
      return { ...rest, state: 'submitted', jobArn, jobId, ...(elsewhere && { elsewhere }) };
    }
    case 'progressed':
      return { ...part, jobStatus: event.status, ...(event.counts && { jobCounts: event.counts }) };
    case 'ended':
      return {
        ...part,
        state: 'ended',
        jobStatus: event.status,
        endedAt: event.at,
        ...(event.message !== undefined && { jobMessage: event.message }),
        ...(event.counts && { jobCounts: event.counts }),
      };
    case 'collected':
      return { ...part, state: 'collected', collected: event.counts };
  }
}

function newerStatus(before: string | undefined, after: string): string {
  if (before === undefined) return after;
  return STATUS_ORDER.indexOf(after) > STATUS_ORDER.indexOf(before) ? after : before;
}

/** The service's counters may step back between two answers; what a part shows never does. */
function mergeCounts(before: PartBody['jobCounts'], after: PartBody['jobCounts']): PartBody['jobCounts'] {
  if (before === undefined || after === undefined) return after ?? before;
  return {
    total: Math.max(before.total, after.total),
    processed: Math.max(before.processed, after.processed),
    succeeded: Math.max(before.succeeded, after.succeeded),
    failed: Math.max(before.failed, after.failed),
  };
}

function sameCounts(a: PartBody['jobCounts'], b: PartBody['jobCounts']): boolean {
  return a?.total === b?.total && a?.processed === b?.processed && a?.succeeded === b?.succeeded && a?.failed === b?.failed;
}
