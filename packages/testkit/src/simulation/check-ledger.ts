import { type LaneBody, laneOfJob, type PartBody, type RunBody } from '@batchrock/core';
import type { Change, LedgerState } from './ledger-state.ts';
import type { Trace } from './trace.ts';

const ORDER = { ready: 0, submitting: 1, submitted: 2, ended: 3, collected: 4 } as const;

/** How many records of jobs one on demand costs as much as, where no price is known. */
const FULL_PRICE = 2;

/** What must stay as it was in a part once it is in the ledger. */
const FROZEN = [
  'run',
  'attempt',
  'part',
  'lane',
  'records',
  'sentinels',
  'duplicates',
  'bytes',
  'files',
  'xxh128',
  'jobName',
  'clientRequestToken',
] as const;

/** What the ledger says, kept beside it so that each commit can be judged as a whole (I6, I7, I9, I12, I17, I18, I26). */
export class LedgerChecker {
  readonly parts = new Map<string, PartBody>();
  readonly runs = new Map<string, RunBody>();
  readonly lanes = new Map<string, LaneBody>();
  /** Runs whose jobs somebody asked to stop, at any time. */
  readonly stoppedRuns = new Set<string>();
  /** The earliest deadline that each run ever had. */
  readonly deadlines = new Map<string, number>();
  /** Job names of slots that were put in by hand. */
  readonly leaks = new Set<string>();
  readonly #trace: Trace;

  /** How often the ledger was lost. */
  losses = 0;

  constructor(trace: Trace, ledger: LedgerState) {
    this.#trace = trace;
    ledger.onCommit = (changes) => this.#check(changes);
  }

  /** Judges an empty ledger from now on. */
  startAnew(ledger: LedgerState): void {
    this.losses++;
    for (const known of [this.parts, this.runs, this.lanes]) known.clear();
    ledger.onCommit = (changes) => this.#check(changes);
  }

  /** True while jobs of a run may live that the ledger cannot know: it was lost, and the run is not adopted to the end. */
  isInTheDark(run: string): boolean {
    if (this.losses === 0) return false;
    const body = [...this.runs.values()].find((one) => one.run === run);
    return body === undefined || body.unseenUntil !== undefined;
  }

  /** Parts whose job lives or may live. */
  open(lane: string): PartBody[] {
    return [...this.parts.values()].filter(
      (part) => laneOfJob(part) === lane && part.onDemand !== true && (part.state === 'submitting' || part.state === 'submitted'),
    );
  }

  #check(changes: readonly Change[]): void {
    let mayMoveSlots = false;
    for (const { key, before, after } of changes) {
      const schema = (after ?? before)?.schema;
      if (schema === 'part/1' || schema === 'lane/1') mayMoveSlots = true;
      if (after === undefined) this.#removed(key, before?.schema ?? '');
      else if (after.schema === 'part/1') this.#part(key, before?.body as PartBody | undefined, after.body as PartBody);
      else if (after.schema === 'run/1') this.#run(key, before?.body as RunBody | undefined, after.body as RunBody);
      else if (after.schema === 'lane/1') this.lanes.set(key, after.body as LaneBody);
      else if (after.schema === 'event/1' && before !== undefined) this.#trace.violate('I12', `event ${key} was written twice`);
    }
    for (const { key, after } of changes) if (after?.schema === 'part/1') this.#intent(key, changes);
    for (const { key, before, after } of changes) {
      if (after?.schema !== 'run/1') continue;
      const run = after.body as RunBody;
      this.#sums(key, run);
      if (run.state !== (before?.body as RunBody | undefined)?.state) this.#rest(key, run);
    }
    // slots are in lanes, and who needs one is in parts: a commit of neither leaves them as they were
    if (!mayMoveSlots) return;
    for (const [key, lane] of this.lanes) {
      const change = changes.find((one) => one.key === key);
      this.#lane(lane, change === undefined ? lane : (change.before?.body as LaneBody | undefined));
    }
  }

  #removed(key: string, schema: string): void {
    if (schema === 'part/1' || schema === 'run/1' || schema === 'event/1') this.#trace.violate('I12', `${key} was removed`);
    if (schema === 'lane/1') this.lanes.delete(key);
  }

  #part(key: string, before: PartBody | undefined, after: PartBody): void {
    this.parts.set(key, after);
    if (before === undefined) {
      this.#born(key, after);
      return;
    }
    // giving an intent up is the one step back; a job that lives all the same has no slot then, and is found by that
    const withdrawn = before.state === 'submitting' && after.state === 'ready';
    if (withdrawn) this.#trace.mark('intent-withdrawn');
    if (before.state === 'submitting' && after.state === 'submitting') this.#trace.mark('intent-renewed');
    if (ORDER[after.state] < ORDER[before.state] && !withdrawn)
      this.#trace.violate('I12', `${key} went from ${before.state} back to ${after.state}`);
    if (before.state === 'collected') this.#trace.violate('I12', `${key} was written after it was collected`);
    for (const field of FROZEN) {
      if (before[field] !== after[field])
        this.#trace.violate('I12', `${key}: ${field} changed from ${before[field]} to ${after[field]}`);
    }
    if (before.jobArn !== undefined && after.jobArn !== before.jobArn) {
      this.#trace.violate('I12', `${key}: its job changed from ${before.jobArn} to ${after.jobArn}`);
    }
  }

  #born(key: string, part: PartBody): void {
    if (part.sentinels > 0) this.#trace.mark('padded');
    // of a run that is adopted all parts are there before it is
    if (part.attempt === 1 || this.isInTheDark(part.run)) return;
    this.#trace.mark(part.attempt === 2 ? 'attempt-2' : 'attempt-3');
    const open = [...this.parts.values()].filter(
      (other) => other.run === part.run && other.attempt < part.attempt && other.state !== 'collected',
    );
    if (open.length > 0)
      this.#trace.violate(
        'I6',
        `${key} was made while part ${open[0]!.part} of attempt ${open[0]!.attempt} is ${open[0]!.state}`,
      );
  }

  /** A new intent needs a run that may send, and so does what goes on demand. */
  #intent(key: string, changes: readonly Change[]): void {
    const change = changes.find((one) => one.key === key)!;
    const before = change.before?.body as PartBody | undefined;
    const after = change.after!.body as PartBody;
    const isIntent = after.state === 'submitting' && (before?.state !== 'submitting' || before.since !== after.since);
    const isOnDemand = after.onDemand === true && after.state === 'submitted' && before?.state === 'ready';
    if (!isIntent && !isOnDemand) return;
    const run = [...this.runs.values()].find((one) => one.run === after.run);
    if (before?.state === 'ready' && run?.blocked !== undefined)
      this.#trace.violate('I26', `${key} is submitted while its run is blocked: ${run.blocked.message}`);
    if (run?.state !== 'running') this.#trace.violate('I18', `${key} is submitted while its run is ${run?.state ?? 'unknown'}`);
  }

  #run(key: string, before: RunBody | undefined, after: RunBody): void {
    this.runs.set(key, after);
    if (after.stopMode === 'stop') this.stoppedRuns.add(after.run);
    const { deadlineAt } = after.tail ?? {};
    if (deadlineAt !== undefined)
      this.deadlines.set(after.run, Math.min(deadlineAt, this.deadlines.get(after.run) ?? deadlineAt));
    this.#budget(key, before, after);
    if (before === undefined) return;
    if (before.blocked?.code !== 'BR-E0513' && after.blocked?.code === 'BR-E0513') this.#trace.mark('denied-run-blocked');
    const isLifted = before.blocked?.code === 'BR-E0513' && after.blocked === undefined && before.permits === after.permits;
    if (isLifted && after.state === 'running') this.#trace.mark('denied-run-lifted');
    if (before.state !== after.state && after.state === 'stopped') this.#trace.mark('run-stopped');
    if (before.state !== 'preparing' && before.state !== after.state && after.state === 'running')
      this.#trace.mark('run-resumed');
    const isRetried = before.state === 'ended' && after.state === 'running' && after.retrySelection !== undefined;
    if (isRetried) this.#trace.mark('run-retried');
    if (before.state === 'ended' && after.state !== 'ended' && !isRetried)
      this.#trace.violate('I12', `${key} left its end for ${after.state}`);
    if (after.attempt < before.attempt) this.#trace.violate('I12', `${key} went back to attempt ${after.attempt}`);
    if (after.seq < before.seq) this.#trace.violate('I12', `${key} went back to event ${after.seq}`);
  }

  /** What is spent, what is open and what is begun now stay below the ceiling (I17). */
  #budget(key: string, before: RunBody | undefined, { budget, blocked, unseenUntil }: RunBody): void {
    if (budget?.ceilingUsd === undefined) return;
    if (blocked?.code === 'BR-E0601' && before?.blocked === undefined) this.#trace.mark('ceiling-reached');
    const begun = budget.openRecords - (before?.budget?.openRecords ?? budget.openRecords);
    const usd = budget.spentUsd + budget.openRecords * budget.recordUsd;
    // what is found in the service while a run is adopted was begun before, when less was open
    if (begun > 0 && unseenUntil === undefined && usd > budget.ceilingUsd + 1e-9)
      this.#trace.violate('I17', `${key} begins a job at ${usd} of ${budget.ceilingUsd}`);
  }

  /** What a run says of its money is what its parts say (I17). No model of these worlds has a price for its tokens. */
  #sums(key: string, { run, budget }: RunBody): void {
    if (budget === undefined) return;
    let openRecords = 0;
    let paidRecords = 0;
    for (const part of this.parts.values()) {
      if (part.run !== run) continue;
      const price = part.onDemand === true ? FULL_PRICE : 1;
      if (part.state === 'collected')
        paidRecords += part.collected === undefined ? 0 : price * (part.records - part.collected.missing);
      else if (part.state !== 'ready') openRecords += price * part.records;
    }
    if (budget.openRecords !== openRecords)
      this.#trace.violate('I17', `${key} counts ${budget.openRecords} open records, its parts have ${openRecords}`);
    if (Math.abs(budget.spentUsd - paidRecords * budget.recordUsd) > 1e-6)
      this.#trace.violate('I17', `${key} counts ${budget.spentUsd} as spent, its parts cost ${paidRecords * budget.recordUsd}`);
  }

  /** Nothing of a run lives, or is left to collect, when it comes to rest, unless its jobs were abandoned (I9). */
  #rest(key: string, { run, state, stopMode, parts }: RunBody): void {
    if (state !== 'ended' && (state !== 'stopped' || stopMode === 'abandon')) return;
    for (const part of this.parts.values()) {
      // parts of a generation that is not complete in the ledger were never sent
      if (part.run !== run || part.part >= (parts[part.attempt - 1] ?? 0)) continue;
      const isDone = part.state === 'collected' || (state === 'stopped' && part.state === 'ready');
      if (!isDone)
        this.#trace.violate('I9', `${key} is ${state} while part ${part.part} of attempt ${part.attempt} is ${part.state}`);
    }
  }

  /** Slots and open parts are the same set, and there are never more than the limit when one is taken (I7). */
  #lane(lane: LaneBody, before: LaneBody | undefined): void {
    const held = lane.holders.map((holder) => holder.jobName);
    const open = new Set(this.open(lane.lane).map((part) => part.jobName));
    if (new Set(held).size !== held.length) this.#trace.violate('I7', `a slot is held twice: ${held.join(' ')}`);
    for (const jobName of open) {
      if (!held.includes(jobName)) this.#trace.violate('I7', `${jobName} lives or may live and holds no slot`);
    }
    for (const jobName of held) {
      if (!open.has(jobName) && !this.leaks.has(jobName)) this.#trace.violate('I7', `${jobName} holds a slot and is not open`);
    }
    const leakGone = before?.holders.some((holder) => this.leaks.has(holder.jobName) && !held.includes(holder.jobName));
    if (leakGone === true) this.#trace.mark('leak-repaired');
    // a job that is found to live holds a slot even where none is free
    const taken = lane.holders.some(
      ({ jobName, run }) => !this.isInTheDark(run) && (before?.holders.every((holder) => holder.jobName !== jobName) ?? true),
    );
    if (taken && held.length > lane.limit) this.#trace.violate('I7', `${held.length} slots are held of ${lane.limit}`);
  }
}
