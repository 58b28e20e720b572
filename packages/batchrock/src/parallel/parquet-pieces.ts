import { type ExportCounts, type ExportInput, exportResults, type ObjectSink, type RunPorts } from '@batchrock/core';
import { createParquetWriter, GROUP_ROWS, ParquetJoiner, type ParquetMemory, type ParquetPiece } from '@batchrock/formats';
import type { RunningTask } from './task-threads.ts';

/** Some rows of an export. */
export interface PieceTask {
  readonly from: number;
  readonly to: number;
}

/** A piece of a Parquet file that a thread has made; its bytes went to the sink. */
export interface MadePiece {
  readonly piece: ParquetPiece;
  readonly counts: ExportCounts;
}

/** What makes a piece. */
export interface PieceInput extends Omit<ExportInput, 'writer' | 'only'> {
  /** From piece to piece of a thread. */
  readonly memory: ParquetMemory;
}

/** Makes the row groups of some rows, in the thread that calls. */
export async function makePiece(
  ports: Pick<RunPorts, 'objects' | 'compression' | 'scratch'>,
  { memory, ...input }: PieceInput,
  only: PieceTask,
  sink: ObjectSink,
): Promise<MadePiece> {
  let piece: ParquetPiece = { columns: [], groups: [] };
  const writer = createParquetWriter(sink, {
    memory,
    onPiece(made) {
      piece = made;
    },
  });
  const { file: _, ...counts } = await exportResults(ports, { ...input, writer, only });
  return { piece, counts };
}

/** Rows in pieces that become the row groups of one file: the same bytes, however many threads make them. */
export function pieceTasks(rows: number): readonly PieceTask[] {
  return Array.from({ length: Math.ceil(rows / GROUP_ROWS) }, (_, i) => ({
    from: i * GROUP_ROWS,
    to: Math.min(rows, (i + 1) * GROUP_ROWS),
  }));
}

/** Joins pieces that threads make, in the order of their rows. */
export async function joinPieces(
  sink: ObjectSink,
  o: { readonly createdBy?: string; readonly onProgress?: (rows: number) => void },
  pieces: readonly RunningTask<MadePiece>[],
): Promise<ExportCounts> {
  const joiner = new ParquetJoiner(sink, o);
  let total: ExportCounts = { rows: 0, succeeded: 0, failed: 0, rejected: 0, pending: 0, truncated: 0 };
  try {
    for (const { bytes, result } of pieces) {
      for await (const block of bytes) await joiner.write(block);
      const { piece, counts } = await result;
      joiner.add(piece);
      total = sum(total, counts);
      o.onProgress?.(total.rows);
    }
    await joiner.finish();
    return total;
  } catch (error) {
    await joiner.abort();
    throw error;
  }
}

function sum(a: ExportCounts, b: ExportCounts): ExportCounts {
  return {
    rows: a.rows + b.rows,
    succeeded: a.succeeded + b.succeeded,
    failed: a.failed + b.failed,
    rejected: a.rejected + b.rejected,
    pending: a.pending + b.pending,
    truncated: a.truncated + b.truncated,
  };
}
