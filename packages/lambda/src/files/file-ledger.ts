import { type Key, type NewItem, type RunPorts, transact, type Version, type Write } from '@batchrock/core';
import { type FileBody, fileItem, fileKey, fileOf, type KeyBody, keyKey } from 'batchrock/queue';
import type { Log } from '../log/index.ts';

type Files = Pick<RunPorts, 'ledger'>;

/** A file with the version that a commit must expect. */
export async function readFile(
  { ledger }: Files,
  id: string,
): Promise<{ readonly key: Key; readonly file: FileBody | undefined; readonly version: Version | 'absent' }> {
  const item = await ledger.get(fileKey(id));
  return { key: fileKey(id), file: fileOf(item), version: item?.version ?? 'absent' };
}

/** What goes with a change of a file, in the same commit. */
export interface FileChangeOptions {
  /** Its key leads to it from now on. */
  readonly isNewest?: boolean;
  /** Read and decided anew whenever somebody else was faster. */
  readonly also?: () => Promise<readonly Write[]>;
}

/**
 * Changes a file by compare-and-set; `change` may be called again, and answers undefined to leave it as it is. Returns the file as
 * it is then. Nothing is written where nothing differs, and a new status is logged. Throws `BR-E0203` when others were always faster.
 */
export async function changeFile(
  { ports, log }: { readonly ports: RunPorts; readonly log: Log },
  file: string,
  change: (before: FileBody | undefined) => FileBody | undefined | Promise<FileBody | undefined>,
  { isNewest = false, also }: FileChangeOptions = {},
): Promise<FileBody | undefined> {
  let before: FileBody | undefined;
  const after = await transact<FileBody | undefined>(ports, async () => {
    const item = await ports.ledger.get(fileKey(file));
    before = fileOf(item);
    const next = await change(before);
    if (next === undefined) return { writes: [], result: before };
    const others = (await also?.()) ?? [];
    // what is only checked is no reason to write; what goes with it is one, so that whoever has read the file sees it
    if (isSame(before, next) && others.every((write) => 'check' in write)) return { writes: [], result: before };
    const writes: Write[] = [{ put: fileItem(next), expect: item?.version ?? 'absent' }];
    if (isNewest) writes.push(...(await leadTo(ports, next)));
    return { writes: [...writes, ...others], result: next };
  });
  if (after !== undefined && after.status !== before?.status) noteStatus(log, after);
  return after;
}

/** The line by which files are counted: each status that one comes to has its own. */
function noteStatus(log: Log, { file, run, status, counts, reason }: FileBody): void {
  log(status === 'Failed' ? 'WARN' : 'INFO', 'file', {
    file,
    status,
    ...(run !== undefined && { run }),
    ...(counts !== undefined && { count: counts.rows, failed: counts.failed + counts.rejected }),
    ...(reason !== undefined && { error: reason.code }),
  });
}

async function leadTo({ ledger }: Files, { bucket, key, file }: FileBody): Promise<Write[]> {
  const lead = await ledger.get(keyKey(bucket, key));
  if ((lead?.body as KeyBody | undefined)?.file === file) return [];
  const put: NewItem<KeyBody> = { key: keyKey(bucket, key), schema: 'key/1', body: { file }, indexes: [] };
  return [{ put, expect: lead?.version ?? 'absent' }];
}

function isSame(before: FileBody | undefined, next: FileBody): boolean {
  return before !== undefined && inOrder(before) === inOrder(next);
}

function inOrder(body: FileBody): string {
  return JSON.stringify(Object.entries(body).sort(([a], [b]) => (a < b ? -1 : 1)));
}
