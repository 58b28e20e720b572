import { decide, evolve, type PartBody } from '../job/index.ts';
import type { CallOptions } from '../ports/index.ts';
import { addOpen, askBudget, describeCeiling } from './budget.ts';
import type { AskedTail, RunBody } from './document.ts';
import { documentOf } from './documents.ts';
import { claimName, maySend } from './intent.ts';
import { openPartsAt, openSort } from './items.ts';
import { eachBody, loadPart, loadRun, type PartRef, putPart, putRun } from './load.ts';
import { type OnDemandEnd, onDemandId, readAnswered, readEnd, writeEnd } from './on-demand-answers.ts';
import { goesOnDemand, pricedRecords, runTail } from './on-demand-rule.ts';
import { transactOrder } from './orders.ts';
import type { RunPorts } from './ports.ts';
import { recordEvent, recordStep, transact } from './transact.ts';

/** `begun`: it is on demand from now on. `blocked`: the ceiling of its run never holds it. `not-now`: nothing was done. */
export type BeginResult = 'begun' | 'blocked' | 'not-now';

/**
 * Says that a part goes on demand, in one commit: there is no job, so there is no doubt whether one was made, and no slot of a lane is
 * taken. Whoever drives the run then asks for its records.
 */
export async function beginOnDemand(ports: RunPorts, ref: PartRef, o?: CallOptions): Promise<BeginResult> {
  const { price } = (await documentOf(ports, ref.run, o)).model;
  return transact<BeginResult>(
    ports,
    async () => {
      const part = await loadPart(ports.ledger, ref, o);
      const run = await loadRun(ports.ledger, ref.run, o);
      const isCurrent = run.body.attempt === ref.attempt && ref.part < (run.body.parts[ref.attempt - 1] ?? 0);
      const mayBegin = part.body.state === 'ready' && isCurrent && maySend(run.body) && goesOnDemand(ports, run.body, part.body);
      if (!mayBegin) return { writes: [], result: 'not-now' };
      const now = ports.clock.now();
      const marked: PartBody = { ...part.body, onDemand: true, since: now };
      const records = pricedRecords(marked, price);
      const verdict = askBudget(run.body, records);
      const { attempt, part: number } = ref;
      if (verdict === 'wait') return { writes: [], result: 'not-now' };
      if (verdict === 'reached') {
        const message = describeCeiling(run.body.budget!, part.body.records, records);
        const blocked = { code: 'BR-E0601', message, at: now };
        return {
          writes: recordEvent(ports, run, { kind: 'blocked', attempt, part: number, message }, { blocked }),
          result: 'blocked',
        };
      }
      const jobArn = onDemandId(part.body);
      const begun = decide(marked, { do: 'adopt', jobArn }, now).reduce(evolve, marked);
      const happening = { kind: 'submitted', attempt, part: number, jobArn, message: 'on demand' } as const;
      return {
        writes: [
          putPart(part, begun),
          await claimName(ports, begun, o),
          ...recordStep(ports, run, happening, { change: addOpen(run.body, records) }),
        ],
        result: 'begun',
      };
    },
    o,
  );
}

/** Writes down how far a part is, or that it has ended: then it is collected as the output of a job is. */
export function noteOnDemand(
  ports: RunPorts,
  ref: PartRef,
  { total, succeeded, failed, status }: Omit<OnDemandEnd, 'status'> & { readonly status: OnDemandEnd['status'] | 'InProgress' },
  o?: CallOptions,
): Promise<PartBody> {
  return transact<PartBody>(
    ports,
    async () => {
      const part = await loadPart(ports.ledger, ref, o);
      const counts = { total, processed: succeeded + failed, succeeded, failed };
      const report = { jobArn: part.body.jobArn ?? '', status, terminal: status !== 'InProgress', counts };
      const [event] = decide(part.body, { do: 'observe', report }, ports.clock.now());
      if (event === undefined) return { writes: [], result: part.body };
      const next = evolve(part.body, event);
      const writes = [putPart(part, next)];
      if (event.event === 'ended') {
        const run = await loadRun(ports.ledger, ref.run, o);
        const { attempt, part: number, jobArn } = next;
        writes.push(...recordStep(ports, run, { kind: 'ended', attempt, part: number, jobArn, message: status }));
      }
      return { writes, result: next };
    },
    o,
  );
}

/** Stops what goes on demand of a run: nothing more is asked, and what was answered is kept. */
export async function stopOnDemand(
  ports: RunPorts,
  { run, lane }: Pick<RunBody, 'run' | 'lane'>,
  o?: CallOptions,
): Promise<void> {
  const query = { index: 'open', at: openPartsAt(lane, 'submitted'), after: openSort(run) } as const;
  for await (const part of eachBody<PartBody>(ports.ledger, query, o)) {
    if (part.run !== run) break;
    if (part.onDemand === true) await stopPart(ports, part, o);
  }
}

async function stopPart(ports: RunPorts, part: PartBody, o?: CallOptions): Promise<void> {
  const { ordinals, succeeded } = await readAnswered(ports, part, o);
  const failed = ordinals.size - succeeded;
  const end =
    (await readEnd(ports, part, o)) ??
    (await writeEnd(ports, part, { status: 'Stopped', total: part.records, succeeded, failed }, o));
  await noteOnDemand(ports, part, end, o);
}

/** Lets the tail of a run go on demand that was begun otherwise, or with other bounds. */
export function setTail(ports: RunPorts, id: string, asked: AskedTail, o?: CallOptions): Promise<void> {
  return transactOrder<void>(
    ports,
    async () => {
      const run = await loadRun(ports.ledger, id, o);
      const tail = { ...run.body.tail, ...runTail(asked, run.body.createdAt) };
      const isSame = run.body.tail !== undefined && JSON.stringify(tail) === JSON.stringify(run.body.tail);
      const order = { ...run.body, tail };
      return { writes: isSame ? [] : [putRun(run, order)], result: undefined, order };
    },
    o,
  );
}

/** What a ledger that was lost knew of a part that went on demand and has ended; nothing of any other. */
export async function wasOnDemand(
  ports: RunPorts,
  part: PartBody,
  o?: CallOptions,
): Promise<Pick<PartBody, 'onDemand' | 'jobArn' | 'jobId' | 'jobStatus'>> {
  const { body: run } = await loadRun(ports.ledger, part.run, o);
  const end = run.tail === undefined ? undefined : await readEnd(ports, part, o);
  if (end === undefined) return {};
  const jobArn = onDemandId(part);
  return { onDemand: true, jobArn, jobId: jobArn.slice(jobArn.lastIndexOf('/') + 1), jobStatus: end.status };
}
