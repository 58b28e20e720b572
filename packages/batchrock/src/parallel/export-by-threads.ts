import type { ExportCounts, ObjectSink } from '@batchrock/core';
import type { ExportThreadData } from './export-thread.ts';
import { joinPieces, type MadePiece, type PieceTask, pieceTasks } from './parquet-pieces.ts';
import { TaskThreads } from './task-threads.ts';

export interface ThreadedExport extends ExportThreadData {
  /** Of the whole run. */
  readonly rows: number;
  readonly threads: number;
  readonly createdBy: string;
  readonly signal?: AbortSignal;
  /** Called after each row group with the rows written so far. */
  readonly onProgress?: (rows: number) => void;
}

/**
 * Writes the results of a run as one Parquet file, the row groups made by several threads: the same bytes as from one. When
 * it rejects, one thread has to be asked for the reason: errors lose their kind between threads.
 */
export async function exportByThreads(sink: ObjectSink, o: ThreadedExport): Promise<ExportCounts> {
  const { store, document, run, parts, rows, threads: count, createdBy, onProgress, signal } = o;
  const module = new URL(`./export-thread.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url);
  const data: ExportThreadData = { store, document, run, parts };
  const threads = new TaskThreads<PieceTask, MadePiece>(module, data, count);
  const stop = () => void threads.close();
  signal?.addEventListener('abort', stop);
  try {
    const pieces = pieceTasks(rows).map((piece) => threads.run(piece));
    return await joinPieces(sink, { createdBy, ...(onProgress && { onProgress }) }, pieces);
  } finally {
    signal?.removeEventListener('abort', stop);
    await threads.close();
  }
}
