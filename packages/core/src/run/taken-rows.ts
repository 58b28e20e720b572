import type { ReadPosition, RowReader } from '../ports/index.ts';
import { firstRows } from './first-rows.ts';
import { type RowSample, sampledRows } from './sampled-rows.ts';

/** Which rows of a dataset a run takes; absent: all of them. The others are no part of the run. */
export interface TakenRows {
  /** The first so many. */
  readonly first?: number;
  /** A sample of them. */
  readonly sample?: RowSample;
}

/** Opens those rows of a dataset that a run takes, from the start or from one of them. */
export async function openTakenRows(
  open: (from?: ReadPosition) => Promise<RowReader>,
  taken: TakenRows,
  from?: ReadPosition,
): Promise<RowReader> {
  const { first, sample } = taken;
  const reader = await open(sample === undefined ? from : undefined);
  const rows = first === undefined ? reader : firstRows(reader, first);
  return sample === undefined ? rows : sampledRows(rows, sample, from);
}
