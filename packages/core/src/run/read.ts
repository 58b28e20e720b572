import type { PartBody } from '../job/index.ts';
import type { CallOptions } from '../ports/index.ts';
import type { EventBody, RunBody, RunDocument } from './document.ts';
import { documentOf } from './documents.ts';
import { runIdFor } from './identity.ts';
import { eventSort } from './items.ts';
import { eachBody, findRun, loadParts } from './load.ts';
import type { RunPorts } from './ports.ts';

/** All that is known of a run. */
export interface RunReading {
  readonly document: RunDocument;
  readonly run: RunBody;
  /** In order of attempt and part. */
  readonly parts: readonly PartBody[];
}

/** A run with its document and parts; undefined when the ledger has no such run. */
export async function readRun(ports: RunPorts, id: string, o?: CallOptions): Promise<RunReading | undefined> {
  const run = await findRun(ports.ledger, id, o);
  if (run === undefined) return undefined;
  const parts = await loadParts(ports.ledger, run.body, o);
  return { document: await documentOf(ports, id, o), run: run.body, parts };
}

/** Every run of the ledger, newest first. */
export async function listRuns(ports: Pick<RunPorts, 'ledger'>, o?: CallOptions): Promise<readonly RunBody[]> {
  const runs: RunBody[] = [];
  for await (const run of eachBody<RunBody>(ports.ledger, { index: 'runs', at: 'all' }, o)) runs.push(run);
  return runs.reverse();
}

/** The newest run of a question, and how many there are: the serial number of the next one. */
export async function findRunByIdentity(
  ports: Pick<RunPorts, 'ledger'> & { readonly digest: Pick<RunPorts['digest'], 'sha256'> },
  identity: string,
  o?: CallOptions,
): Promise<{ readonly run: RunBody | undefined; readonly count: number }> {
  let run: RunBody | undefined;
  for (let count = 0; ; count++) {
    const found = await findRun(ports.ledger, runIdFor(ports.digest, identity, count), o);
    if (found === undefined) return { run, count };
    run = found.body;
  }
}

/** What happened to a run after event `seq`, oldest first. */
export async function eventsSince(
  ports: Pick<RunPorts, 'ledger'>,
  run: string,
  seq: number,
  o?: CallOptions,
): Promise<readonly EventBody[]> {
  const events: EventBody[] = [];
  const query = { index: 'events', at: run, after: eventSort(seq), limit: 500 } as const;
  for await (const event of eachBody<EventBody>(ports.ledger, query, o)) events.push(event);
  return events;
}
