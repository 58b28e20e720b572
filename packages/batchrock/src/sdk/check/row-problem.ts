import type { OpenAiProblem, RowBatch, Source } from '@batchrock/core';
import type { InspectOptions } from '../found-question.ts';

/** Something that is wrong with a row, or that its model is told otherwise than it says. */
export interface RowProblem extends OpenAiProblem {
  readonly level: 'error' | 'warning';
  readonly file: string;
  /** 1-based. Of Parquet, the number of the row. */
  readonly line: number;
}

/** A row as it was checked. */
export interface CheckedRow {
  readonly problems: readonly RowProblem[];
  /** Lines `{"recordId","modelInput"}` with their line ends: one where nothing is wrong, more where several answers are asked for. */
  readonly records: readonly string[];
}

/** How a check is followed. */
export interface CheckOptions extends InspectOptions {
  /** Given the rows of a batch, in order; they are waited for. */
  readonly onRows: (rows: readonly CheckedRow[]) => Promise<void>;
}

/** A problem with its place. */
export function errorAt(sources: readonly Source[], batch: RowBatch, row: number, problem: OpenAiProblem): RowProblem {
  const file = sources[batch.source ?? 0]?.name ?? '';
  return { level: 'error', file, line: batch.line[row] as number, ...problem };
}
