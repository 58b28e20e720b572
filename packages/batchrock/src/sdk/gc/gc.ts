import { isBatchrockError } from '@batchrock/core';
import type { Session } from '../session.ts';
import { findCopyGarbage, removeCopy } from './copy-garbage.ts';
import type { Freed, GcFilter, GcReport } from './gc-report.ts';
import { findRunGarbage, removeRun } from './run-garbage.ts';

/** What may go of the runs of a session's ledger and of the copies in its state directory. Removes nothing. */
export async function findGarbage(session: Session, filter: GcFilter): Promise<GcReport> {
  const { garbage, kept } = await findRunGarbage(session, filter);
  const copies = await findCopyGarbage(session, filter, new Set(garbage.map(({ name }) => name)));
  return { path: session.dir.path, garbage: [...garbage, ...copies], kept };
}

/** Removes it, the runs first. What cannot go keeps nothing else from going. */
export async function removeGarbage(session: Session, { garbage }: GcReport, filter: GcFilter): Promise<Freed> {
  const freed = { files: 0, bytes: 0 };
  const removed: string[] = [];
  const failed: { name: string; why: string }[] = [];
  let copies: ReadonlySet<string> | undefined;
  for (const each of garbage) {
    try {
      // asked again behind the runs: one that stayed, or was begun since, may refer to a copy
      if (each.kind !== 'run') copies ??= new Set((await findCopyGarbage(session, filter)).map(({ name }) => name));
      const gone = each.kind === 'run' ? await removeRun(session, each, filter) : await removeCopy(each, copies);
      if ('why' in gone) {
        failed.push({ name: each.name, why: gone.why });
        continue;
      }
      freed.files += gone.files;
      freed.bytes += gone.bytes;
      removed.push(each.name);
    } catch (error) {
      if (!isBatchrockError(error)) throw error;
      failed.push({ name: each.name, why: `${error.code} ${error.message}` });
    }
  }
  return { ...freed, removed, failed };
}
