import { decide, elsewhereOf, evolve, type PartBody } from '../job/index.ts';
import { type BatchServiceFacts, type CallOptions, isTerminalStatus, type JobView, type Write } from '../ports/index.ts';
import { isEarlier, isJobOf, takeSlotBack } from './adopt.ts';
import { addOpen, addSpent } from './budget.ts';
import { collectPart } from './collect.ts';
import { isDenied, leftByEnd } from './denied-jobs.ts';
import type { RunBody, RunDocument } from './document.ts';
import { documentOf } from './documents.ts';
import { claimName } from './intent.ts';
import { jobsOfRun } from './jobs-of-run.ts';
import { objectKeys } from './keys.ts';
import { reportOf } from './kick.ts';
import { loadPart, loadRun, type PartRef, partsOf, putPart, putRun } from './load.ts';
import { pricedRecords } from './on-demand-rule.ts';
import { wasOnDemand } from './on-demand-steps.ts';
import { tallyOutcomes } from './outcome-counts.ts';
import type { RunPorts } from './ports.ts';
import type { StepOptions } from './steps.ts';
import { checkCancelled } from './tolerance.ts';
import { recordEvent, transact } from './transact.ts';

/**
 * How long after a run was taken over a job of its former ledger may still turn up. That one sends nothing later than its trust
 * window behind its last look at the run's owner; what it sent is refused `signatureMs` later, or is in List after another
 * `listSettleMs`. The trust window counts twice, since two clocks may differ by as much (see `intentPhase`).
 */
export function unseenFor({ tokenTrustMs, signatureMs, listSettleMs }: BatchServiceFacts): number {
  return 2 * tokenTrustMs + signatureMs + listSettleMs;
}

/**
 * Looks for the jobs of an adopted run by their names, and writes down what there is: jobs that live take their slots, those
 * that have ended are to be collected, and what was collected before is only counted again. The run may send when no part is
 * left that could have a job which is not in List yet. Repeatable at any time; false while it has to be asked again.
 */
export async function lookForUnseen(ports: RunPorts, id: string, o: StepOptions = {}): Promise<boolean> {
  const { body: run } = await loadRun(ports.ledger, id, o);
  if (run.unseenUntil === undefined) return true;
  // asked before the look: what the look finds must be complete by then
  const isSettled = ports.clock.now() >= run.unseenUntil;
  const document = await documentOf(ports, id, o);
  const jobs = await listJobs(ports, document, o);
  const look = { document, jobs, ofRun: once(() => jobsOf(ports, run, jobs, o)), isSettled, o };
  let unseen = 0;
  for (const ref of partsOf(run)) {
    checkCancelled(o.signal);
    if (!(await followUp(ports, ref, look))) unseen++;
  }
  if (unseen > 0 && !isSettled) return false;
  await transact<void>(
    ports,
    async () => {
      const current = await loadRun(ports.ledger, id, o);
      const writes = current.body.unseenUntil === undefined ? [] : [putRun(current, { ...current.body, unseenUntil: undefined })];
      return { writes, result: undefined };
    },
    o,
  );
  return true;
}

/** Those that may be jobs of the run, by name: others begin as its own do. */
async function listJobs(ports: RunPorts, document: RunDocument, o: CallOptions): Promise<ReadonlyMap<string, JobView[]>> {
  const jobs = new Map<string, JobView[]>();
  for await (const view of jobsOfRun(ports, document, o)) {
    const same = jobs.get(view.jobName);
    if (same === undefined) jobs.set(view.jobName, [view]);
    else same.push(view);
  }
  return jobs;
}

/** The jobs of the parts of a run. */
async function jobsOf(
  { ledger }: RunPorts,
  run: RunBody,
  jobs: ReadonlyMap<string, JobView[]>,
  o: CallOptions,
): Promise<readonly JobView[]> {
  const found: JobView[] = [];
  for (const ref of partsOf(run)) {
    const { body: part } = await loadPart(ledger, ref, o);
    found.push(...(jobs.get(part.jobName) ?? []).filter((view) => isJobOf(part, view)));
  }
  return found;
}

/** What is asked for when it is needed first. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => (asked ??= ask());
}

interface Look {
  readonly document: RunDocument;
  readonly jobs: ReadonlyMap<string, JobView[]>;
  readonly ofRun: () => Promise<readonly JobView[]>;
  readonly isSettled: boolean;
  readonly o: StepOptions;
}

/** False for a part that may have a job which is not in List yet. */
async function followUp(ports: RunPorts, ref: PartRef, { document, jobs, ofRun, isSettled, o }: Look): Promise<boolean> {
  const { body: part } = await loadPart(ports.ledger, ref, o);
  if (part.state === 'collected') return true;
  if (part.state === 'ready') {
    const found = (jobs.get(part.jobName) ?? []).filter((view) => isJobOf(part, view));
    const [first, ...others] = found;
    if (first === undefined) {
      if (isSettled) await keepOutcomes(ports, part, document, o);
      return false;
    }
    // of several the first one, as everywhere: the others are stopped by the sweep
    await takeJob(
      ports,
      ref,
      await viewOf(
        ports,
        others.reduce((a, b) => (isEarlier(b, a) ? b : a), first),
        o,
      ),
      ofRun,
      o,
    );
  }
  const hasOutcomes = (await ports.objects.head(objectKeys.outcomes(ref.run, ref.attempt, ref.part), o)) !== undefined;
  if (hasOutcomes && (await loadPart(ports.ledger, ref, o)).body.state === 'ended') await collectPart(ports, ref, o);
  return true;
}

/** Get says more than List. Either may be the older one, and an end is an end. */
async function viewOf(ports: RunPorts, listed: JobView, o: CallOptions): Promise<JobView> {
  const view = await ports.service.get(listed.jobArn, o);
  return view === undefined || (!isTerminalStatus(view.status) && isTerminalStatus(listed.status)) ? listed : view;
}

/** Writes down a job that was found. One that has ended holds no slot. */
function takeJob(ports: RunPorts, ref: PartRef, view: JobView, ofRun: Look['ofRun'], o: CallOptions): Promise<void> {
  return transact<void>(
    ports,
    async () => {
      const part = await loadPart(ports.ledger, ref, o);
      if (part.body.state !== 'ready') return { writes: [], result: undefined };
      const now = ports.clock.now();
      const apply = (body: PartBody, command: Parameters<typeof decide>[1]): PartBody =>
        decide(body, command, now).reduce(evolve, body);
      const run = await loadRun(ports.ledger, ref.run, o);
      const elsewhere = elsewhereOf(run.body.elsewhere, view.jobArn);
      const adopted = apply(part.body, { do: 'adopt', jobArn: view.jobArn, elsewhere });
      const seen = apply({ ...adopted, since: view.submitTime }, { do: 'observe', report: reportOf(view) });
      const isFirst = isDenied(seen) && !hadOneComeThrough(run.body, view, await ofRun());
      const next: PartBody = { ...seen, ...leftByEnd(seen, view.counts), ...(isFirst && { denied: true }) };
      const { attempt, part: number } = ref;
      const kind = next.state === 'ended' ? 'ended' : 'submitted';
      const happening = { kind, attempt, part: number, jobArn: view.jobArn, message: view.status } as const;
      // whoever is told of the job finds its part by its name
      const writes: Write[] = [
        putPart(part, next),
        await claimName(ports, next, o),
        ...recordEvent(ports, run, happening, addOpen(run.body, part.body.records)),
      ];
      if (next.state !== 'ended') writes.push(await takeSlotBack(ports, next, o));
      return { writes, result: undefined };
    },
    o,
  );
}

/** Whether a job of the run had come through in the Region of `denied` when that one ended: by the service's clock, which told both. */
function hadOneComeThrough({ elsewhere }: RunBody, denied: JobView, ofRun: readonly JobView[]): boolean {
  const regionOf = ({ jobArn }: JobView) => elsewhereOf(elsewhere, jobArn)?.region;
  const { endTime: end = Number.POSITIVE_INFINITY } = denied;
  return ofRun.some((view) => {
    const isThrough = view.status === 'Completed' || view.status === 'PartiallyCompleted';
    return isThrough && regionOf(view) === regionOf(denied) && view.endTime !== undefined && view.endTime <= end;
  });
}

/**
 * A part whose outcomes are there and whose job the service does not list any more: it is collected, whatever became of the
 * job's record. To send it again would pay for it twice.
 */
async function keepOutcomes(ports: RunPorts, ref: PartBody, document: RunDocument, o: CallOptions): Promise<void> {
  const written = await tallyOutcomes(ports, objectKeys.outcomes(ref.run, ref.attempt, ref.part), o);
  if (written === undefined) return;
  const counts = written.counts(undefined);
  const onDemand = await wasOnDemand(ports, ref, o);
  await transact<void>(
    ports,
    async () => {
      const part = await loadPart(ports.ledger, ref, o);
      if (part.body.state !== 'ready') return { writes: [], result: undefined };
      const run = await loadRun(ports.ledger, ref.run, o);
      const { price } = document.model;
      const known: PartBody = { ...part.body, ...onDemand };
      const begun = { ...run.body, ...addOpen(run.body, pricedRecords(known, price)) };
      const spent = addSpent(begun, known, counts, price);
      const { attempt, part: number } = ref;
      const writes = [
        putPart(part, { ...known, state: 'collected', collected: counts }),
        ...recordEvent(ports, run, { kind: 'collected', attempt, part: number }, spent),
      ];
      return { writes, result: undefined };
    },
    o,
  );
}
