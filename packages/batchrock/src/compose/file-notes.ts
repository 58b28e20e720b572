import type { Clock, Ledger, NewItem, Random } from '@batchrock/core';
import { transact } from '@batchrock/core';
import type { NotedExport, OutputPlace } from '../request/output.ts';

/**
 * What this machine knows of a run that an account drives: which of its files are results of the run, so that they may be written
 * again. Item `FILES#<run>` of the ledger in the state directory, schema `run-files/1`.
 */
export interface FileNotes {
  /** Where results were asked to go. */
  readonly output?: OutputPlace;
  readonly exports: readonly NotedExport[];
}

const SCHEMA = 'run-files/1';
const NOTHING: FileNotes = { exports: [] };

type Ports = { readonly ledger: Ledger; readonly clock: Clock; readonly random: Random };

/** What is noted of a run; nothing at first. */
export async function readFileNotes(ledger: Ledger, run: string): Promise<FileNotes> {
  const item = await ledger.get(`FILES#${run}`);
  return item?.schema === SCHEMA ? (item.body as FileNotes) : NOTHING;
}

/** Notes files in place of what is known at their paths, and where results go. */
export function addFileNotes(ports: Ports, run: string, notes: Partial<FileNotes>): Promise<void> {
  const key = `FILES#${run}`;
  const { output, exports: files = [] } = notes;
  const paths = new Set(files.map(({ path }) => path));
  return transact<void>(ports as Parameters<typeof transact>[0], async () => {
    const item = await ports.ledger.get(key);
    const before = item?.schema === SCHEMA ? (item.body as FileNotes) : NOTHING;
    const exports = [...before.exports.filter(({ path }) => !paths.has(path)), ...files];
    const body: FileNotes = { ...before, ...(output !== undefined && { output }), exports };
    const put: NewItem<FileNotes> = { key, schema: SCHEMA, body, indexes: [] };
    return { writes: [{ put, expect: item?.version ?? 'absent' }], result: undefined };
  });
}
