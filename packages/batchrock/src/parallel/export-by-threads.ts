import { CancelledError, type ExportCounts, type ObjectSink } from '@batchrock/core';
import { type ExportThreadData, openExportWork } from './export-work.ts';
import { joinPieces, type MadePiece, type PieceTask, pieceTasks } from './parquet-pieces.ts';
import { TaskThreads } from './task-threads.ts';
import { threadModule } from './thread-module.ts';

export interface ThreadedExport extends ExportThreadData {
  /** Of the whole run. */
  readonly rows: number;
  /** The caller's is one of them; no more are used than there are row groups. */
  readonly threads: number;
  readonly createdBy: string;
  /** What the other threads load; default: what lies beside this. */
  readonly module?: URL;
  readonly signal?: AbortSignal;
  /** Called after each row group with the rows written so far. */
  readonly onProgress?: (rows: number) => void;
}

/**
 * Writes the results of a run as one Parquet file, the row groups made by several threads: the same bytes as from one. Rejects
 * with what the first of them to fail says, or a `CancelledError` when the signal aborts.
 */
export async function exportByThreads(sink: ObjectSink, o: ThreadedExport): Promise<ExportCounts> {
  const { store, document, run, parts, rows, createdBy, onProgress, signal } = o;
  const tasks = pieceTasks(rows);
  const data: ExportThreadData = { store, document, run, parts };
  const own = openExportWork(data);
  const threads = new TaskThreads<PieceTask, MadePiece>({
    module: o.module ?? threadModule('export-thread', import.meta.url),
    data,
    threads: Math.min(o.threads, tasks.length),
    work: own.work,
  });
  const stop = () => void threads.close(new CancelledError());
  signal?.addEventListener('abort', stop);
  try {
    signal?.throwIfAborted();
    const pieces = tasks.map((piece) => threads.run(piece));
    return await joinPieces(sink, { createdBy, ...(onProgress && { onProgress }) }, pieces);
  } finally {
    signal?.removeEventListener('abort', stop);
    await threads.close();
    own.close();
  }
}
