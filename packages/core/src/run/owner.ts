import type { CallOptions } from '../ports/index.ts';
import { objectKeys } from './keys.ts';
import type { RunPorts } from './ports.ts';
import { readJson } from './read-json.ts';
import { writeText } from './summary.ts';

/** Who drives a run: a ledger, on some machine. */
export interface RunOwner {
  /** Made anew for each ledger and run that it takes up; no two are the same. */
  readonly id: string;
  /** For people: where that ledger is. */
  readonly name: string;
}

/**
 * `runs/<run>/owner.json`, schema `owner/1`. Two ledgers must not drive one run: whichever comes later writes itself here, and
 * the earlier one finds out before its next Create.
 */
export interface OwnerDocument extends RunOwner {
  readonly schema: 'batchrock.owner/1';
  readonly run: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

type Ports = Pick<RunPorts, 'objects'>;

/** From now on the run is this owner's. */
export async function writeOwner(ports: Ports & Pick<RunPorts, 'clock'>, run: string, owner: RunOwner, o?: CallOptions) {
  const document: OwnerDocument = {
    schema: 'batchrock.owner/1',
    run,
    id: owner.id,
    name: owner.name,
    since: ports.clock.now(),
  };
  await writeText(ports.objects, objectKeys.owner(run), `${JSON.stringify(document, null, 2)}\n`, o);
}

/** Who drives a run, as its bucket says; undefined where nobody has written it. */
export async function readOwner(ports: Ports, run: string, o?: CallOptions): Promise<OwnerDocument | undefined> {
  return readJson<OwnerDocument>(ports, objectKeys.owner(run), 'batchrock.owner/1', o);
}

/** Why a ledger sends nothing more of a run, for people. */
export function describeTaken({ run, name }: OwnerDocument): string {
  return `run ${run} was taken over by ${name}`;
}
