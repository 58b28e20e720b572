import { StateError } from '../errors/index.ts';
import type { PartBody, PartFacts } from '../job/index.ts';
import { type CallOptions, MAX_COMMIT_WRITES, type Write } from '../ports/index.ts';
import {
  ensureLane,
  eventItem,
  findPart,
  findRun,
  lanesOf,
  ledgerKeys,
  loadLane,
  loadParts,
  loadRun,
  lookForUnseen,
  type OwnerDocument,
  partItem,
  quotaOf,
  type RunBody,
  type RunDocument,
  type RunOrders,
  type RunOwner,
  type RunPorts,
  type RunSteps,
  readOwner,
  runItem,
  settleRun,
  sharingOf,
  tailOf,
  transact,
  unseenFor,
  wantsAnother,
  writeOwner,
} from '../run/index.ts';
import { type BucketRun, readBucketRun } from './bucket-run.ts';

/** How a run is adopted. */
export interface AdoptOptions extends CallOptions {
  /** Who drives the run from now on; absent: that is not kept, and nobody is kept out. */
  readonly owner?: RunOwner | undefined;
  /** Jobs at once, where this ledger does not know the lane yet; default: as the run was begun with. */
  readonly slots?: number | undefined;
  /** Told what the run asked, and what was asked of it since, before anything is written; throwing ends it there. */
  readonly onFound?: (document: RunDocument, orders: RunOrders | undefined) => Promise<void>;
  /** In place of the real ones; for tests of the protocol alone. */
  readonly steps?: RunSteps;
}

/** What there was of a run. */
export interface AdoptedRun {
  readonly run: RunBody;
  readonly parts: readonly PartBody[];
  /** Who drove it until now, where the bucket says it. */
  readonly formerOwner?: OwnerDocument;
}

/**
 * Rebuilds a run in a ledger that does not know it, from its bucket and the list of jobs. It stands then where it stood: what is
 * collected is counted, jobs that live hold slots, jobs that have ended are to be collected, and a stop that was asked for is
 * still asked for. Sends nothing; `driveRun` goes on with it. May be given up anywhere and called again, until the run is in
 * the ledger; from there on the drive does what is left.
 *
 * The one thing that the bucket does not say is which parts the lost ledger was just creating jobs for. So nothing is sent until
 * such a job must be in List (`unseenFor`), unless every part has its job already.
 *
 * Throws `BR-E0207` when the ledger has the run, and what `readBucketRun` throws.
 */
export async function adoptRun(ports: RunPorts, id: string, o: AdoptOptions = {}): Promise<AdoptedRun> {
  if ((await findRun(ports.ledger, id, o)) !== undefined) throw known(id);
  // refused before anything is written
  const { document, orders } = await readBucketRun(ports, id, o);
  await o.onFound?.(document, orders);
  const formerOwner = await readOwner(ports, id, o);
  // the former owner is kept out first: what it sends from here on, it has begun before
  if (o.owner !== undefined) await writeOwner(ports, id, o.owner, o);
  const unseenUntil = ports.clock.now() + unseenFor(ports.service.facts);
  // read once more: the former owner may have begun a generation until now
  const found = await readBucketRun(ports, id, o);
  for (const parts of found.generations) await putParts(ports, id, parts, o);
  for (const lane of lanesOf(document)) {
    if ((await loadLane(ports.ledger, lane, o)).version !== 'absent') continue;
    await ensureLane(ports, lane, o.slots ?? document.asked?.slots ?? quotaOf(document, lane), o);
  }
  await putRun(ports, rebuilt(found, { unseenUntil, owner: o.owner }), o);
  if (await lookForUnseen(ports, id, o)) await endIfOver(ports, id, o);
  const { body: run } = await loadRun(ports.ledger, id, o);
  return { run, parts: await loadParts(ports.ledger, run, o), ...(formerOwner && { formerOwner }) };
}

function known(run: string): StateError {
  return new StateError('BR-E0207', `run ${run} is in this ledger already`, {
    hint: `batchrock resume ${run} goes on with it`,
    details: { run },
  });
}

/** One write of a commit is the look at the run. */
const PARTS_A_COMMIT = MAX_COMMIT_WRITES - 1;

/**
 * Parts before the run: nobody looks at them until it is there. Once it is, they are left alone: another process of this ledger has
 * adopted it meanwhile, and may have brought it far.
 */
async function putParts(ports: RunPorts, run: string, parts: readonly PartFacts[], o: CallOptions): Promise<void> {
  for (let first = 0; first < parts.length; first += PARTS_A_COMMIT) {
    await transact<void>(
      ports,
      async () => {
        if ((await findRun(ports.ledger, run, o)) !== undefined) return { writes: [], result: undefined };
        const writes: Write[] = [{ check: ledgerKeys.run(run), expect: 'absent' }];
        for (const facts of parts.slice(first, first + PARTS_A_COMMIT)) writes.push(...(await putPart(ports, facts, o)));
        return { writes: writes.length === 1 ? [] : writes, result: undefined };
      },
      o,
    );
  }
}

/** What an adoption that was given up has left is left as it is, unless it is of another time. */
async function putPart(ports: RunPorts, facts: PartFacts, o: CallOptions): Promise<Write[]> {
  const before = await findPart(ports.ledger, facts, o);
  const body: PartBody = { ...facts, state: facts.records === 0 ? 'collected' : 'ready' };
  if (before?.body.state === body.state && before.body.clientRequestToken === facts.clientRequestToken) return [];
  return [{ put: partItem(body), expect: before?.version ?? 'absent' }];
}

/** The run as the lost ledger had it, before its jobs are looked for. */
function rebuilt(
  { document, prepared, orders, generations }: BucketRun,
  { unseenUntil, owner }: { readonly unseenUntil: number; readonly owner: RunOwner | undefined },
): RunBody {
  const { run, identity, lane, source, model, createdAt, synthetic } = document;
  const attempt = generations.length;
  const { stopMode, recordUsd, ceilingUsd, paused, permits } = orders ?? {};
  // a retry that was asked for and built is no longer asked for
  const retrySelection = orders?.attempt === attempt ? orders.retrySelection : undefined;
  const budget = { recordUsd: recordUsd ?? 0, openRecords: 0, spentUsd: 0, ...(ceilingUsd !== undefined && { ceilingUsd }) };
  return {
    run,
    identity,
    state: stopMode === undefined ? 'running' : stopMode === 'abandon' ? 'stopped' : 'stopping',
    lane,
    ...sharingOf(document),
    ...(orders?.tail ? { tail: orders.tail } : tailOf(document)),
    source: source.name,
    modelId: model.modelId,
    createdAt,
    attempt,
    maxAttempts: orders?.maxAttempts ?? document.maxAttempts,
    parts: generations.map((parts) => parts.length),
    rows: prepared.rows,
    rejected: prepared.rejected,
    ...(prepared.columns && { columns: prepared.columns }),
    ...(recordUsd !== undefined && { budget }),
    ...(stopMode && { stopMode }),
    ...(paused && { paused }),
    ...(permits !== undefined && { permits }),
    ...(retrySelection && { retrySelection }),
    ...(owner && { owner: owner.id }),
    unseenUntil,
    synthetic,
    seq: 1,
  };
}

function putRun(ports: RunPorts, run: RunBody, o: CallOptions): Promise<void> {
  const at = ports.clock.now();
  const event = { run: run.run, seq: run.seq, at, kind: 'adopted', attempt: run.attempt } as const;
  return transact<void>(
    ports,
    async () => {
      // a commit whose answer was lost may be ours
      const before = await findRun(ports.ledger, run.run, o);
      if (before !== undefined && before.body.owner !== run.owner) throw known(run.run);
      const writes: Write[] = [
        { put: runItem(run), expect: 'absent' },
        { put: eventItem(event), expect: 'absent' },
      ];
      return { writes: before === undefined ? writes : [], result: undefined };
    },
    o,
  );
}

/** A run of which nothing is left to do ends here, so that its results can be had without sending anything. */
async function endIfOver(ports: RunPorts, id: string, o: AdoptOptions): Promise<void> {
  const { body: run } = await loadRun(ports.ledger, id, o);
  const parts = await loadParts(ports.ledger, run, o);
  const newest = parts.filter((part) => part.attempt === run.attempt);
  if (!parts.every((part) => part.state === 'collected') || wantsAnother(run, newest)) return;
  await settleRun(ports, id, o);
}
