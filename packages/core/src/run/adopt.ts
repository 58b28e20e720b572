import { isServiceError } from '../errors/index.ts';
import { decide, elsewhereOf, evolve, laneOfJob, type PartBody } from '../job/index.ts';
import { holdSlot, releaseSlot } from '../lane/index.ts';
import type { CallOptions, JobView, Write } from '../ports/index.ts';
import { addOpen } from './budget.ts';
import { loadLane, loadPart, loadRun, type PartRef, putLane, putPart } from './load.ts';
import type { RunPorts } from './ports.ts';
import { recordEvent, recordStep, transact } from './transact.ts';

/** True for a job that was created for this part: by its name, and by its token where the service says it. */
export function isJobOf(part: PartBody, view: JobView): boolean {
  if (view.jobName !== part.jobName) return false;
  return view.clientRequestToken === undefined || view.clientRequestToken === part.clientRequestToken;
}

/** Looks a part's job up by its name. Of several, the first that was submitted: every process must take the same. */
export async function findJob(ports: RunPorts, part: PartBody, o?: CallOptions): Promise<JobView | undefined> {
  let found: JobView | undefined;
  for await (const view of ports.service.list({ nameContains: part.jobName }, o)) {
    if (isJobOf(part, view) && (found === undefined || isEarlier(view, found))) found = view;
  }
  return found;
}

/** Which of two jobs of one name counts: the same for every process. */
export function isEarlier(a: JobView, b: JobView): boolean {
  return a.submitTime < b.submitTime || (a.submitTime === b.submitTime && a.jobArn < b.jobArn);
}

/**
 * Writes down that a part's job exists. `known`: it was written down before. `duplicate`: the part has another job, so
 * this one was made by a Create that came too late for its token; the caller stops it.
 */
export function adoptJob(
  ports: RunPorts,
  ref: PartRef,
  jobArn: string,
  o?: CallOptions,
): Promise<'adopted' | 'known' | 'duplicate'> {
  return transact<'adopted' | 'known' | 'duplicate'>(
    ports,
    async () => {
      const part = await loadPart(ports.ledger, ref, o);
      const run = await loadRun(ports.ledger, ref.run, o);
      const elsewhere = elsewhereOf(run.body.elsewhere, jobArn);
      const [event] = decide(part.body, { do: 'adopt', jobArn, elsewhere }, ports.clock.now());
      if (event === undefined) return { writes: [], result: part.body.jobArn === jobArn ? 'known' : 'duplicate' };
      const adopted = evolve(part.body, event);
      const happening = { kind: 'submitted', attempt: ref.attempt, part: ref.part, jobArn } as const;
      // whoever just takes the run to be at rest must see where a part is not ready after all
      const told =
        part.body.state === 'ready'
          ? recordEvent(ports, run, happening, addOpen(run.body, part.body.records))
          : recordStep(ports, run, happening);
      const writes: Write[] = [putPart(part, adopted), ...told];
      if (part.body.state === 'ready') writes.push(await takeSlotBack(ports, adopted, o));
      else if (laneOfJob(adopted) !== laneOfJob(part.body)) writes.push(...(await moveSlot(ports, part.body, adopted, o)));
      return { writes, result: 'adopted' };
    },
    o,
  );
}

/** The intent was withdrawn and its job turned up all the same: it counts at the service, so it counts here. */
export async function takeSlotBack(ports: RunPorts, part: PartBody, o?: CallOptions): Promise<Write> {
  const lane = await loadLane(ports.ledger, laneOfJob(part), o);
  const { jobName, run, attempt, part: number } = part;
  return putLane(lane, holdSlot(lane.body, { jobName, run, attempt, part: number }));
}

/** The job of an intent that was withdrawn turned up in its Region while another one was about to be made elsewhere. */
async function moveSlot(ports: RunPorts, before: PartBody, after: PartBody, o?: CallOptions): Promise<Write[]> {
  const from = await loadLane(ports.ledger, laneOfJob(before), o);
  return [putLane(from, releaseSlot(from.body, before.jobName)), await takeSlotBack(ports, after, o)];
}

/** Stops a job; that it has ended or is stopping already is no error. */
export async function stopJob(ports: RunPorts, jobArn: string, o?: CallOptions): Promise<void> {
  try {
    await ports.service.stop(jobArn, o);
  } catch (error) {
    if (!isServiceError(error, 'conflict') && !isServiceError(error, 'invalid')) throw error;
  }
}
