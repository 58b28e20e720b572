import { join } from 'node:path';
import {
  type CollectCounts,
  InvariantError,
  type PartBody,
  type RunBody,
  type RunDocument,
  writeOutcomes,
} from '@batchrock/core';
import { ParquetMemory } from '@batchrock/formats';
import { openSqliteLedger } from '@batchrock/sqlite';
import { type MadePiece, makePiece, type PieceTask, type TaskWork } from 'batchrock/parallel';
import { jobView, openRows } from '../way-back/index.ts';
import { benchPorts } from './csv-to-jobs.ts';

/** What a thread of the join knows from the start. */
export interface JoinThreadData {
  readonly dir: string;
  readonly document: RunDocument;
  readonly run: RunBody;
}

/** A part to be collected, or rows to be exported when all parts are. */
export type JoinTask =
  | { readonly kind: 'collect'; readonly part: PartBody }
  | { readonly kind: 'export'; readonly rows: PieceTask; readonly parts: readonly PartBody[] };

/** What a thread of the join does. */
export function openJoinWork({ dir, document, run }: JoinThreadData): TaskWork<JoinTask, CollectCounts | MadePiece> {
  const ports = benchPorts(dir, openSqliteLedger(join(dir, 'ledger.db')));
  const memory = new ParquetMemory();
  return async (task, sink, signal) => {
    if (task.kind === 'export') {
      return makePiece(ports, { document, run, parts: task.parts, openRows, memory, signal }, task.rows, sink);
    }
    const collected = await writeOutcomes(ports, { document, part: task.part, view: jobView(task.part), signal });
    if (collected === 'unsettled') throw new InvariantError(`the output of part ${task.part.part} is not whole`);
    return collected;
  };
}
