import { InvariantError } from '../errors/index.ts';
import type { PartBody } from '../job/index.ts';
import { type CallOptions, dialectColumns } from '../ports/index.ts';
import type { RunBody, RunDocument } from './document.ts';
import { type OpenRows, openPartRows } from './part-rows.ts';
import type { RunPorts } from './ports.ts';

export interface RowPlaceInput extends CallOptions {
  readonly document: RunDocument;
  readonly run: RunBody;
  /** The part of the first attempt that the row belongs to. */
  readonly part: PartBody;
  /** From 0, over the whole dataset. */
  readonly ordinal: number;
  readonly openRows: OpenRows;
}

/** Where a row stands. */
export interface RowPlace {
  /** 1-based line of its source on which it begins; of Parquet the number of the row in its file. */
  readonly line: number;
  /** Which source of a dataset of several, from 0; absent where there is one. */
  readonly source?: number;
}

/** Where a row stands in its source. Reads the rows of its part up to it, a batch at a time. */
export async function findRowPlace(ports: Pick<RunPorts, 'objects' | 'compression'>, o: RowPlaceInput): Promise<RowPlace> {
  const { document, run, part, ordinal, openRows, signal } = o;
  const columns = dialectColumns(document.source.dialect) ?? run.columns ?? [];
  const rows = await openPartRows(ports, { document, part, columns, openRows, signal });
  try {
    let first = part.firstOrdinal;
    for (let batch = await rows.next(); batch; batch = await rows.next()) {
      if (ordinal < first + batch.count) {
        const source = batch.source === undefined ? {} : { source: batch.source };
        return { ...source, line: batch.line[ordinal - first]! };
      }
      first += batch.count;
    }
  } finally {
    await rows.close();
  }
  throw new InvariantError(`part ${part.part} of attempt ${part.attempt} does not have row ${ordinal}`);
}
