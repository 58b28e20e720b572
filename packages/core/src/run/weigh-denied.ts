import type { PartBody } from '../job/index.ts';
import type { CallOptions, Write } from '../ports/index.ts';
import {
  deniedEverywhere,
  hasComeThrough,
  isDenied,
  isDeniedFirst,
  isRefuted,
  JOBS_DENIED,
  leftByEnd,
  refutes,
} from './denied-jobs.ts';
import type { RunBody } from './document.ts';
import { type Loaded, loadPart, loadParts, loadRun } from './load.ts';
import { goesOnDemand, isPastDeadline } from './on-demand-rule.ts';
import type { RunPorts } from './ports.ts';
import { type Happening, recordEvents, recordStep, transact } from './transact.ts';

/** A part whose job has just ended, and what is told of that. */
export interface JobEnd {
  readonly run: Loaded<RunBody>;
  readonly part: PartBody;
  /** What Get says of its records, now that it has ended. */
  readonly counts: PartBody['jobCounts'];
  readonly happening: Happening;
}

/** True where the end of a job says what the jobs of its run may do. */
export function isWeighty(run: RunBody, part: PartBody): boolean {
  return isDenied(part) || run.blocked?.code === JOBS_DENIED;
}

/**
 * The part as it is kept, and what is written of its run, where its end is weighty: in the commit of that end, so that no slot which comes
 * free is given to another job that would be denied.
 */
export async function weighEnd(
  ports: RunPorts,
  { run, part: ended, counts, happening }: JobEnd,
  o?: CallOptions,
): Promise<{ readonly part: PartBody; readonly writes: readonly Write[] }> {
  const part: PartBody = { ...ended, ...leftByEnd(ended, counts) };
  // a page that shows too little is put right by whoever weighs the run next
  const seen = (await loadParts(ports.ledger, run.body, o)).filter((each) => !isSamePart(each, part));
  const others = isDenied(part) ? await confirmed(ports, part, seen, o) : seen;
  const kept: PartBody = isDeniedFirst(part, others) ? { ...part, denied: true } : part;
  const turn = turnOf(ports, run.body, [...others, kept]);
  if (turn === undefined) return { part: kept, writes: recordStep(ports, run, happening) };
  // a ledger whose writes are paid for keeps no events of parts
  const events = ports.ledger.isMetered === true ? [turn.happening] : [happening, turn.happening];
  return { part: kept, writes: recordEvents(ports, run, events, turn.change) };
}

type Ports = Pick<RunPorts, 'clock' | 'runtime'>;

/** A run and its parts, just read. */
export interface WeighedRun {
  readonly run: RunBody;
  readonly parts: readonly PartBody[];
}

/** True where `weighDenied` has something to do. */
export function isToBeWeighed(ports: Ports, { run, parts }: WeighedRun): boolean {
  return turnOf(ports, run, parts) !== undefined;
}

/** Blocks a run whose jobs are denied, or lets it go on of which one has come through since, or whose deadline is past. */
export function weighDenied(
  ports: RunPorts,
  { run: seen, parts }: WeighedRun,
  o?: CallOptions,
): Promise<'blocked' | 'lifted' | undefined> {
  return transact<'blocked' | 'lifted' | undefined>(
    ports,
    async () => {
      const run = await loadRun(ports.ledger, seen.run, o);
      const known = await knownNow(ports, run.body, parts, o);
      const turn = turnOf(ports, run.body, known);
      if (turn === undefined) return { writes: [], result: undefined };
      return { writes: recordEvents(ports, run, [turn.happening], turn.change), result: turn.result };
    },
    o,
  );
}

/**
 * The others as they are, as far as one of them shows that what a part was denied is no matter of its Region. A page may show a job that gets
 * on, and has ended since, denied itself: the part would lose an attempt by it. Asked of one after the other, until it is so.
 */
async function confirmed(
  { ledger }: Pick<RunPorts, 'ledger'>,
  denied: PartBody,
  seen: readonly PartBody[],
  o?: CallOptions,
): Promise<readonly PartBody[]> {
  const others = [...seen];
  for (const [i, other] of seen.entries()) {
    if (hasComeThrough(other) || !refutes(other, denied)) continue;
    const { body } = await loadPart(ledger, other, o);
    others[i] = body;
    if (refutes(body, denied)) break;
  }
  return others;
}

/** The parts of a run, of which those in flight decide whether it goes on: as they are, where it would. */
async function knownNow(
  ports: RunPorts,
  run: RunBody,
  parts: readonly PartBody[],
  o?: CallOptions,
): Promise<readonly PartBody[]> {
  if (run.blocked?.code !== JOBS_DENIED || !isRefuted(run, parts)) return parts;
  const known: PartBody[] = [];
  for (const part of parts) {
    const getsOn = part.state === 'submitted' && (part.jobCounts?.processed ?? 0) > 0;
    known.push(getsOn ? (await loadPart(ports.ledger, part, o)).body : part);
  }
  return known;
}

interface Turn {
  readonly result: 'blocked' | 'lifted';
  readonly happening: Happening;
  readonly change: Partial<RunBody>;
}

function turnOf(ports: Ports, run: RunBody, parts: readonly PartBody[]): Turn | undefined {
  const message = whyLifted(ports, run, parts);
  if (message !== undefined) {
    return { result: 'lifted', happening: { kind: 'resumed', message }, change: { blocked: undefined } };
  }
  if (run.state !== 'running' || run.blocked !== undefined) return undefined;
  const denied = deniedEverywhere(run, parts);
  // what goes on demand next needs no job
  if (denied === undefined || goesOnDemand(ports, run, denied)) return undefined;
  const { attempt, part, jobMessage = '' } = denied;
  const reason = `no job of it has come through, and that of part ${part} failed: ${jobMessage}`;
  return {
    result: 'blocked',
    happening: { kind: 'blocked', attempt, part, message: reason },
    change: { blocked: { code: JOBS_DENIED, message: reason, at: ports.clock.now() } },
  };
}

/** Why a run that is blocked because its jobs are denied goes on by itself; undefined: it does not. */
function whyLifted(ports: Ports, run: RunBody, parts: readonly PartBody[]): string | undefined {
  if (run.state !== 'running' || run.blocked?.code !== JOBS_DENIED) return undefined;
  // then nothing of it is a job any more, and what is one is stopped
  if (isPastDeadline(ports, run)) return 'its deadline is past';
  return isRefuted(run, parts) ? 'a job has come through' : undefined;
}

function isSamePart(a: PartBody, b: PartBody): boolean {
  return a.attempt === b.attempt && a.part === b.part;
}
