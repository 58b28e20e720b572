import { CellKind, MODEL_INPUT_COLUMN, type RowBatch, type RowReader, rowFormat, type Source } from '@batchrock/core';
import { type DatasetOptions, openDatasetFiles } from './dataset-files.ts';
import { DEFAULT_TEXT_COLUMN } from './question.ts';
import type { Question } from './request.ts';

/** Rows that are looked at, if there are so many. */
const LOOKED_AT_ROWS = 1000;

/** True when nothing in a question says how its rows are to be asked, so that they may be records that are ready to be sent. */
export function mayBeRecords({ inputFormat, prompt, promptId, system, textColumn }: Question): boolean {
  return [inputFormat, prompt, promptId, system, textColumn].every((each) => each === undefined);
}

/**
 * True when the first rows that can be read all have an object in `modelInput`, and none a text to embed. Throws what the readers
 * throw.
 */
export async function areRecords(sources: readonly Source[], options: DatasetOptions, signal?: AbortSignal): Promise<boolean> {
  const files = await openDatasetFiles(sources, options, signal);
  if (rowFormat(files.dialect) !== 'jsonl') return false;
  const reader = await files.open();
  try {
    let rows = 0;
    for (let batch = await reader.next(); batch !== undefined && rows < LOOKED_AT_ROWS; batch = await reader.next()) {
      const records = countRecords(reader, batch);
      if (records === undefined) return false;
      rows += records;
    }
    return rows > 0;
  } finally {
    await reader.close();
  }
}

/** Of the rows of a batch that can be read; undefined when one of them is something else. */
function countRecords({ columns }: RowReader, batch: RowBatch): number | undefined {
  const place = columns.indexOf(MODEL_INPUT_COLUMN);
  if (columns.includes(DEFAULT_TEXT_COLUMN)) return undefined;
  let records = 0;
  for (let row = 0; row < batch.count; row++) {
    if (batch.reject[row] !== 0) continue;
    const cell = 3 * (row * batch.width + place);
    const isObject =
      place >= 0 &&
      place < batch.width &&
      batch.cells[cell + 2] === CellKind.jsonValue &&
      batch.bytes[batch.cells[cell]!] === 0x7b;
    if (!isObject) return undefined;
    records += 1;
  }
  return records;
}
