import { StateError } from '../errors/index.ts';
import type { CallOptions, Write } from '../ports/index.ts';
import type { EventBody, RunBody } from './document.ts';
import { eventItem } from './items.ts';
import { type Loaded, putRun } from './load.ts';
import type { RunPorts } from './ports.ts';
import { checkCancelled } from './tolerance.ts';

/** What a reader decided: the writes that do it, and what to tell the caller once they took effect. No writes: nothing to do. */
export interface Decision<T> {
  readonly writes: readonly Write[];
  readonly result: T;
}

/** Tries before `BR-E0203`. Each reads and decides anew, so a try is lost only to another process that got on. */
const MAX_TRIES = 40;

/**
 * Reads, decides and commits until the commit holds. `decide` is called again, and must read again, whenever somebody
 * else was faster. A commit that throws may have taken effect; it is not repeated here, since every step of the protocol
 * is found in the ledger by whoever comes next.
 */
export async function transact<T>(ports: RunPorts, decide: () => Promise<Decision<T>>, o?: CallOptions): Promise<T> {
  for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
    checkCancelled(o?.signal);
    const { writes, result } = await decide();
    if (writes.length === 0) return result;
    if ((await ports.ledger.commit(writes, o)) === 'done') return result;
    // the first tries follow at once; later ones give way at random, so that many writers do not march in step
    if (attempt > 3) await ports.clock.sleep(ports.random.next() * Math.min(500, 2 ** attempt), o?.signal);
  }
  throw new StateError('BR-E0203', `the ledger changed ${MAX_TRIES} times while one step was decided`);
}

/** What an event says beside its run, number and time. */
export type Happening = Omit<EventBody, 'run' | 'seq' | 'at'>;

/** The writes that record an event: the run with its next sequence number, and the event, in the commit of what happened. */
export function recordEvent(ports: RunPorts, run: Loaded<RunBody>, happening: Happening, change: Partial<RunBody> = {}): Write[] {
  return recordEvents(ports, run, [happening], change);
}

/** The same for what happened at once, in that order. */
export function recordEvents(
  ports: RunPorts,
  run: Loaded<RunBody>,
  happenings: readonly Happening[],
  change: Partial<RunBody> = {},
): Write[] {
  const { seq, run: id } = run.body;
  const at = ports.clock.now();
  const events = happenings.map((happening, i): EventBody => ({ run: id, seq: seq + 1 + i, at, ...happening }));
  return [
    putRun(run, { ...run.body, ...change, seq: seq + events.length }),
    ...events.map((event): Write => ({ put: eventItem(event), expect: 'absent' })),
  ];
}

/** What goes with a step of a part beside its event. */
export interface StepRecord {
  /**
   * What the step changes about the run, whose version moves on with it: the step begins or settles a job, and whoever counts or decides
   * upon the jobs of the run must see that. Absent: the run is as it was.
   */
  readonly change?: Partial<RunBody>;
}

/**
 * The writes that record a step of a part in the commit of that step: the run, and an event. A ledger whose writes are paid for keeps
 * no events of parts, and the run is written only where the step is one of it too: all that would make each step three times as dear.
 */
export function recordStep(ports: RunPorts, run: Loaded<RunBody>, happening: Happening, { change }: StepRecord = {}): Write[] {
  if (ports.ledger.isMetered !== true) return recordEvent(ports, run, happening, change);
  // counted all the same: whoever decided upon the run as it was before finds that it is another
  return change === undefined ? [] : [putRun(run, { ...run.body, ...change, seq: run.body.seq + 1 })];
}
