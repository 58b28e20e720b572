import { type ByteSource, CellKind, REJECT_CODES, RejectReason, type RowBatch, type RowReader } from '@batchrock/core';

/** One row as a test likes to see it. */
export interface SeenRow {
  /** The text of each cell: a JSON value as its source text, an absent cell as undefined. Empty for a rejected row. */
  readonly cells: readonly (string | undefined)[];
  /** The code of the reason when it is rejected. */
  readonly reject?: string;
  readonly why?: string;
  /** What it has and no column takes. */
  readonly beyond?: string;
  readonly line: number;
  /** Where it begins in the source. */
  readonly byte: number;
  /** Its bytes with their line end. */
  readonly raw: Uint8Array;
}

/** Reads a dataset to its end, the slow and plain way. */
export async function readRows(reader: RowReader): Promise<SeenRow[]> {
  const rows: SeenRow[] = [];
  for (let batch = await reader.next(); batch; batch = await reader.next()) {
    for (let row = 0; row < batch.count; row++) rows.push(seenRow(reader, batch, row));
  }
  await reader.close();
  return rows;
}

function seenRow(reader: RowReader, batch: RowBatch, row: number): SeenRow {
  const reason = batch.reject[row] as number;
  const start = batch.rowStart[row] as number;
  const rejected = reason !== RejectReason.none;
  return {
    cells: rejected ? [] : Array.from({ length: batch.width }, (_, cell) => cellString(batch, row, cell)),
    ...(rejected ? { reject: REJECT_CODES[reason] as string, ...reader.explainReject(row) } : {}),
    line: batch.line[row] as number,
    byte: batch.offset + start,
    raw: batch.bytes.slice(start, batch.rowEnd[row]),
  };
}

/** The value of a cell as a string; undefined when it is absent. */
export function cellString(batch: RowBatch, row: number, cell: number): string | undefined {
  const at = 3 * (row * batch.width + cell);
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(batch.bytes.slice(batch.cells[at], batch.cells[at + 1]));
  switch (batch.cells[at + 2]) {
    case CellKind.absent:
      return undefined;
    case CellKind.quotedText:
      return text.replaceAll('""', '"');
    case CellKind.jsonString:
      return JSON.parse(`"${text}"`);
    default:
      return text;
  }
}

/**
 * A source that gives the bytes in pieces of the given sizes, over and over, and fills what is left of each block with
 * garbage: a reader that looks behind what it was given, or keeps offsets into it, is found out.
 */
export function poisonedSource(bytes: Uint8Array, sizes: readonly number[]): ByteSource {
  let at = 0;
  let turn = 0;
  return {
    async readInto(block) {
      const size = sizes[turn++ % sizes.length] as number;
      const length = Math.min(size, block.length, bytes.length - at);
      for (let i = length; i < block.length; i++) block[i] = POISON[(i + turn) % POISON.length] as number;
      block.set(bytes.subarray(at, at + length));
      at += length;
      return length;
    },
    async close() {},
  };
}

/** `",\n"\r{}:` and a byte that is not UTF-8. */
const POISON = [0x22, 0x2c, 0x0a, 0x22, 0x0d, 0x7b, 0x7d, 0x3a, 0xff];
