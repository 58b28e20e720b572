import type { Buffer } from 'node:buffer';
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
import { CARRIAGE_RETURN, LINE_FEED } from './csv-bytes.ts';
import { type CsvDialect, checkSameDialect, delimiterByte, requireCsvDialect } from './csv-dialect.ts';
import { CsvFormat } from './csv-format.ts';
import { type HeaderExtent, headerExtent, parseHeader, sniffDelimiter } from './csv-header.ts';

export interface CsvOptions {
  /** What messages call the source; default `the dataset`. */
  readonly name?: string;
  /** One ASCII character. Default: a comma; `;`, tab or `|` where the header has no comma but has them, with a warning. */
  readonly delimiter?: string;
  /** Bytes a read; default 256 KiB. */
  readonly blockBytes?: number;
  /** Read on while rows are looked at; default false. A read under way has to end when the source is closed. */
  readonly readsAhead?: boolean;
  /** Longest row, its line end included; a longer one is rejected. Default 16 MiB. */
  readonly maxRowBytes?: number;
  /** With `from`: as the first reader of the dataset found it. */
  readonly dialect?: CsvDialect;
  /**
   * Begin here: the source's first byte is byte `from.byte` of the dataset. Byte 0 is the header, which must be that of the
   * `dialect` if one is given; behind it a `dialect` is needed.
   */
  readonly from?: ReadPosition;
  /** A header without rows is no error. */
  readonly mayBeEmpty?: boolean;
}

/**
 * Rows of a CSV file (RFC 4180 in UTF-8): quoted cells with line ends and doubled quotes, LF, CRLF or lone CR, a byte order
 * mark, no newline at the end. Values are not trimmed or changed. A blank line is no row where there are two columns or more.
 *
 * Throws `InputError` for what ends the run: `BR-E0102` no header or no rows, `BR-E0103` column names, `BR-E0104` a quote that
 * is never closed (also from `next`), `BR-E0114` not UTF-8 text, `BR-E0122` another header
 * than that of `dialect`. A bad row is rejected in its batch: `ragged`, `badQuote` (it
 * ends with its line), `notUtf8`, `rowTooLong` (an empty row stands in for it).
 */
export async function openCsv(source: ByteSource, options: CsvOptions = {}): Promise<RowReader> {
  const name = options.name ?? 'the dataset';
  const maxRowBytes = options.maxRowBytes ?? DEFAULT_MAX_ROW_BYTES;
  const window = new ByteWindow(source, {
    blockBytes: options.blockBytes ?? DEFAULT_BLOCK_BYTES,
    maxBytes: maxRowBytes + 1,
    offset: options.from?.byte ?? 0,
    readsAhead: options.readsAhead ?? false,
  });
  try {
    if (options.from && options.from.byte > 0) {
      const { line, ordinal } = options.from;
      const format = new CsvFormat({ dialect: requireCsvDialect(options.dialect), line, maxRowBytes, name });
      return new BlockReader(window, format, { warnings: [], ordinal, maxRowBytes });
    }
    const { dialect, line, warnings } = await openAtHeader(window, options, name);
    if (options.dialect) checkSameDialect(dialect, options.dialect, name);
    const format = new CsvFormat({ dialect, line, maxRowBytes, name });
    const reader = new BlockReader(window, format, { warnings, ordinal: options.from?.ordinal ?? 0, maxRowBytes });
    if (options.mayBeEmpty) return reader;
    return await withRows(reader, `${name} has a header and no rows`);
  } catch (error) {
    await window.close();
    throw error;
  }
}

/** What is known of a CSV file before its first row. */
interface OpenedCsv {
  readonly dialect: CsvDialect;
  readonly warnings: readonly string[];
  /** 1-based line of the first row. */
  readonly line: number;
}

async function openAtHeader(window: ByteWindow, options: CsvOptions, name: string): Promise<OpenedCsv> {
  while (window.end < SIGNATURE_BYTES && (await window.fill()) === 'more');
  if (window.end === 0) throw emptyDataset(name);
  const foreign = foreignContent(window.rest());
  if (foreign) throw new InputError('BR-E0114', `${name} is ${foreign}; give it as CSV in UTF-8`, { details: { file: name } });
  window.start = markBytes(window.rest());
  const extent = await findHeader(window, name);
  const header = window.rest().subarray(0, extent.end);
  const delimiter = options.delimiter ?? sniffDelimiter(header);
  const columns = parseHeader(header, { delimiter: delimiterByte(delimiter), newline: extent.newline }, name);
  window.start += extent.end;
  return {
    dialect: {
      format: 'csv',
      delimiter,
      header: columns,
      ...(extent.newline === CARRIAGE_RETURN ? { lineEnd: 'cr' as const } : {}),
    },
    warnings:
      options.delimiter === undefined && delimiter !== ','
        ? [`${name}: the header has no comma, so columns are split at ${JSON.stringify(delimiter)}; --delimiter says otherwise`]
        : [],
    line: 1 + header.filter((byte) => byte === extent.newline).length,
  };
}

async function findHeader(window: ByteWindow, name: string): Promise<HeaderExtent> {
  for (;;) {
    const extent = headerExtent(window.rest(), window.ended);
    const blank = isBlank(window.rest());
    if (extent && !blank) return extent;
    const filled = await window.fill();
    if (filled === 'ended' && blank) throw emptyDataset(name);
    if (filled !== 'full') continue;
    const message = `${name}, line 1: no end of the header in the first ${window.bytes.length} bytes; close its quotes, or give a CSV file`;
    throw new InputError('BR-E0114', message, { details: { file: name, line: 1 } });
  }
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === 0x20 || byte === 0x09);
}

function emptyDataset(name: string): InputError {
  return new InputError('BR-E0102', `${name} is empty`, { details: { file: name } });
}
