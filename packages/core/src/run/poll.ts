import type { PartBody } from '../job/index.ts';
import { type CallOptions, isTerminalStatus, type JobView } from '../ports/index.ts';
import { type KickResult, kickJob, noteListed } from './kick.ts';
import { findName, loadPart } from './load.ts';
import type { RunPorts } from './ports.ts';
import { checkCancelled, tolerate } from './tolerance.ts';

/** How live jobs are looked through. */
export interface OrphanOptions extends PollOptions {
  /** ARNs that parts have, as far as that is known: an old page will do, since a part keeps its job. */
  readonly known?: ReadonlySet<string>;
}

/** How submitted parts are looked after. */
export interface PollOptions extends CallOptions {
  /** Called whenever a job ended and so a slot came free, before the next job is looked at. */
  readonly onSlotFree?: () => Promise<void>;
  /** Told of each failure that may pass; the other parts are looked at all the same. */
  readonly onTrouble?: (error: unknown) => void;
  /** Which failures may pass; default: those of the network and of a busy ledger. */
  readonly mayPass?: (error: unknown) => boolean;
}

/** Below this many jobs one Get each is as cheap as a List. */
const LIST_FROM = 3;
/** Clocks differ: a job may have been submitted this long before its intent, by another clock. */
const CLOCK_MARGIN_MS = 60 * 60_000;

/** Looks at the jobs of submitted parts: many with one List, an end always with Get. How many have ended. */
export async function pollParts(ports: RunPorts, submitted: readonly PartBody[], o: PollOptions = {}): Promise<number> {
  // what goes on demand has no job
  const parts = submitted.filter((part) => part.onDemand !== true);
  const note = o.onTrouble ?? ignore;
  const listed = parts.length < LIST_FROM ? undefined : await tolerate(() => listJobs(ports, parts, o), note);
  let ended = 0;
  for (const part of parts) {
    checkCancelled(o.signal);
    const result = await tolerate(() => look(ports, part, listed?.get(part.jobArn ?? ''), o), note, o.mayPass);
    if (result !== 'ended') continue;
    ended++;
    await o.onSlotFree?.();
  }
  return ended;
}

function look(ports: RunPorts, part: PartBody, view: JobView | undefined, o: CallOptions): Promise<KickResult> {
  return view === undefined ? kickJob(ports, { jobName: part.jobName }, o) : noteListed(ports, part, view, o);
}

/** Newest first, so the pages behind the oldest part are never asked for. */
async function listJobs(ports: RunPorts, parts: readonly PartBody[], o: CallOptions): Promise<Map<string, JobView>> {
  const wanted = new Set(parts.map((part) => part.jobArn));
  const oldest = parts.reduce((min, part) => Math.min(min, part.since ?? min), Number.POSITIVE_INFINITY);
  const since = Number.isFinite(oldest) ? { submittedAfter: oldest - CLOCK_MARGIN_MS } : {};
  const prefix = commonPrefix(parts);
  const views = new Map<string, JobView>();
  for await (const view of ports.service.list({ ...since, ...(prefix && { nameContains: prefix }) }, o)) {
    if (wanted.has(view.jobArn)) views.set(view.jobArn, view);
    if (views.size === wanted.size) break;
  }
  return views;
}

/** What all the names begin with, when they were made with one prefix. */
function commonPrefix(parts: readonly PartBody[]): string | undefined {
  const prefixes = new Set(parts.map((part) => part.jobName.slice(0, -21)));
  return prefixes.size === 1 ? [...prefixes][0] : undefined;
}

/** The four states in which a job of ours that nobody knows of would still cost money. */
const LIVE = ['Submitted', 'Validating', 'Scheduled', 'InProgress'] as const;

/** What a look through the live jobs found and did. */
export interface OrphanReport {
  readonly adopted: number;
  readonly stopped: number;
  /** The jobs of others, each once. */
  readonly others: readonly JobView[];
}

/**
 * Looks through the live jobs for some of ours that the ledger does not know: adopts one whose intent is open, stops a
 * second job of a part that has one. A job with a name that this ledger never gave is somebody else's and left alone.
 */
export async function adoptOrphans(ports: RunPorts, o: OrphanOptions = {}): Promise<OrphanReport> {
  const note = o.onTrouble ?? raise;
  const report = { adopted: 0, stopped: 0 };
  // a job may go from one status to the next between two Lists
  const others = new Map<string, JobView>();
  for (const status of LIVE) {
    const live: JobView[] = [];
    for await (const view of ports.service.list({ status }, o)) {
      if (o.known?.has(view.jobArn) === true || isTerminalStatus(view.status)) continue;
      if (hasOurShape(view)) live.push(view);
      else others.set(view.jobArn, view);
    }
    for (const view of live) {
      checkCancelled(o.signal);
      const result = await tolerate(() => kickUnknown(ports, view, o), note, o.mayPass);
      if (result === 'duplicate') report.stopped++;
      if (result === 'progressed') report.adopted++;
      if (result === 'foreign') others.set(view.jobArn, view);
    }
  }
  return { ...report, others: [...others.values()] };
}

/** `pollParts` looks after a job that its part has already, and a Get more would tell nothing. */
async function kickUnknown(ports: RunPorts, view: JobView, o: CallOptions): Promise<KickResult | 'foreign'> {
  const name = await findName(ports.ledger, view.jobName, o);
  if (name === undefined) return 'foreign';
  const isOfPart = (await loadPart(ports.ledger, name.body, o)).body.jobArn === view.jobArn;
  return isOfPart ? 'unchanged' : kickJob(ports, view, o);
}

/** A name as `jobIdentity` makes it. */
function hasOurShape(view: JobView): boolean {
  return /-[0-9a-f]{20}$/.test(view.jobName);
}

function ignore(): void {}

function raise(error: unknown): never {
  throw error;
}
