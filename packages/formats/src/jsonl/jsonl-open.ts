import { type ByteSource, InputError, type ReadPosition, type RowReader } from '@batchrock/core';
import {
  BlockReader,
  ByteWindow,
  DEFAULT_BLOCK_BYTES,
  DEFAULT_MAX_ROW_BYTES,
  foreignContent,
  markBytes,
  SIGNATURE_BYTES,
  withRows,
} from '../reading/index.ts';
import { CutRows } from './cut-rows.ts';
import { JsonlFormat } from './jsonl-format.ts';

export interface JsonlOptions {
  /** What messages call the source; default `the dataset`. */
  readonly name?: string;
  /** Bytes a read; default 256 KiB. */
  readonly blockBytes?: number;
  /** Read on while rows are looked at; default false. A read under way has to end when the source is closed. */
  readonly readsAhead?: boolean;
  /** Longest line, its line feed included; a longer one is rejected. Default 16 MiB. */
  readonly maxRowBytes?: number;
  /**
   * Begin here: the source's first byte is byte `from.byte` of the dataset, and `from.columns` were seen before it. Byte 0 is
   * the very start, where a byte order mark may stand.
   */
  readonly from?: ReadPosition;
  /** A source without rows is no error. */
  readonly mayBeEmpty?: boolean;
  /** It is a copy in which lines of an OpenAI batch file were cut: rows stand on the lines that they were cut from. */
  readonly isCut?: boolean;
}

/**
 * Rows of a JSON Lines file: one object a line, split at line feeds alone. The columns are the top-level keys in order of
 * first sight and grow; a batch is as wide as they were when it was made. Strings are handed on as they are escaped, other
 * values as they are written, so numbers keep every digit. Blank lines are no rows.
 *
 * Throws `InputError`: `BR-E0102` no rows, `BR-E0114` not UTF-8 text or too many keys (also from `next`). A bad row is
 * rejected in its batch: `badJson` (not JSON, no object, a key twice, deeper than 500), `notUtf8`, `rowTooLong` (an empty
 * object stands in for it).
 */
export async function openJsonl(source: ByteSource, options: JsonlOptions = {}): Promise<RowReader> {
  const reader = await openLines(source, options);
  return options.isCut ? new CutRows(reader) : reader;
}

async function openLines(source: ByteSource, options: JsonlOptions): Promise<RowReader> {
  const { from, name = 'the dataset', maxRowBytes = DEFAULT_MAX_ROW_BYTES } = options;
  const window = new ByteWindow(source, {
    blockBytes: options.blockBytes ?? DEFAULT_BLOCK_BYTES,
    maxBytes: maxRowBytes + 1,
    offset: from?.byte ?? 0,
    readsAhead: options.readsAhead ?? false,
  });
  try {
    const format = new JsonlFormat({ columns: from?.columns ?? [], line: from?.line ?? 1, maxRowBytes, name });
    const reader = new BlockReader(window, format, { warnings: [], ordinal: from?.ordinal ?? 0, maxRowBytes });
    if (from && from.byte > 0) return reader;
    while (window.end < SIGNATURE_BYTES && (await window.fill()) === 'more');
    const foreign = foreignContent(window.rest());
    if (foreign)
      throw new InputError('BR-E0114', `${name} is ${foreign}; give it as JSON Lines in UTF-8`, { details: { file: name } });
    window.start = markBytes(window.rest());
    if (beginsAnArray(window.rest())) throw notLines(name);
    if (options.mayBeEmpty) return reader;
    return await withRows(reader, `${name} is empty: it has no rows`);
  } catch (error) {
    await window.close();
    throw error;
  }
}

/** A JSON array where lines should be: its elements would be taken for bad rows, or the good lines among them be paid for. */
function beginsAnArray(bytes: Uint8Array): boolean {
  const first = bytes.find((byte) => byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
  return first === 0x5b;
}

function notLines(name: string): InputError {
  return new InputError('BR-E0114', `${name} is a JSON array, not JSON Lines: it begins with [`, {
    details: { file: name },
    hint: `make one line of each element: jq -c '.[]' ${name}`,
  });
}
