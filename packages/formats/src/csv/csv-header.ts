import { type Buffer, isUtf8 } from 'node:buffer';
import { CellKind, InputError, RejectReason } from '@batchrock/core';
import { createBatch, MAX_COLUMNS } from '../reading/index.ts';
import { CARRIAGE_RETURN, type CsvBytes, LINE_FEED, QUOTE } from './csv-bytes.ts';
import { cellText } from './csv-cell.ts';
import { CsvScanner } from './csv-scanner.ts';

/** Where the header line ends. */
export interface HeaderExtent {
  /** The byte after its line end. */
  readonly end: number;
  readonly newline: CsvBytes['newline'];
}

/** Finds the end of the header, quoted newlines included; undefined when more bytes are needed. */
export function headerExtent(bytes: Buffer, last: boolean): HeaderExtent | undefined {
  let quoted = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) quoted = !quoted;
    if (quoted) continue;
    if (byte === LINE_FEED) return { end: at + 1, newline: LINE_FEED };
    if (byte !== CARRIAGE_RETURN) continue;
    if (at + 1 === bytes.length) return last ? { end: at + 1, newline: CARRIAGE_RETURN } : undefined;
    if (bytes[at + 1] === LINE_FEED) return { end: at + 2, newline: LINE_FEED };
    return { end: at + 1, newline: CARRIAGE_RETURN };
  }
  return last ? { end: bytes.length, newline: LINE_FEED } : undefined;
}

/** What a header without a comma may be split at, in the order in which they go first where they stand there equally often. */
const OTHER_DELIMITERS = [';', '\t', '|'] as const;

/** The delimiter that a header without a comma is read with: the one of the others that stands in it most often; else a comma. */
export function sniffDelimiter(header: Buffer): ',' | (typeof OTHER_DELIMITERS)[number] {
  const seen = new Uint32Array(256);
  let quoted = false;
  for (const byte of header) {
    if (byte === QUOTE) quoted = !quoted;
    if (!quoted) seen[byte]!++;
  }
  const times = (delimiter: string): number => seen[delimiter.charCodeAt(0)]!;
  const most = OTHER_DELIMITERS.reduce((best, other) => (times(other) > times(best) ? other : best));
  return times(',') > 0 || times(most) === 0 ? ',' : most;
}

/**
 * The column names in the bytes of a header line. Throws `BR-E0104` for a quote that is never closed, `BR-E0114` for a stray
 * quote or bytes that are not UTF-8, `BR-E0103` for names that are empty or stand there twice, all of them named.
 */
export function parseHeader(bytes: Buffer, dialect: CsvBytes, name: string): readonly string[] {
  if (!isUtf8(bytes)) throw new InputError('BR-E0114', `${name}, line 1: the header is not UTF-8; save the file as UTF-8`);
  const width = Math.min(MAX_COLUMNS, countDelimiters(bytes, dialect.delimiter) + 1);
  const scanner = new CsvScanner({ ...dialect, width, maxRowBytes: bytes.length });
  const batch = createBatch(width, { bytes: bytes.length });
  const stop = scanner.scan(bytes, 0, true, batch);
  if (stop === 'broken') throw unterminatedQuote(name, scanner.openLine);
  if (batch.reject[0] === RejectReason.badQuote) {
    throw new InputError(
      'BR-E0114',
      `${name}, line 1: a stray quote in the header; enclose the name in quotes and double the ones in it`,
    );
  }
  if (batch.reject[0] === RejectReason.ragged && scanner.cellsFound > MAX_COLUMNS) {
    throw new InputError(
      'BR-E0114',
      `${name}, line 1: ${scanner.cellsFound} columns; at most ${MAX_COLUMNS} are read, so see whether its lines are separate`,
    );
  }
  const names: string[] = [];
  for (let c = 0; c < width && batch.cells[3 * c + 2] !== CellKind.absent; c++) names.push(cellText(bytes, batch.cells, 3 * c));
  checkNames(names, name);
  return names;
}

/** The error of a quoted cell that the end of the file cuts off. */
export function unterminatedQuote(name: string, line: number): InputError {
  return new InputError('BR-E0104', `${name}, line ${line}: the quote that opens here is never closed`, {
    details: { file: name, line },
  });
}

function countDelimiters(bytes: Buffer, delimiter: number): number {
  let count = 0;
  for (const byte of bytes) if (byte === delimiter) count++;
  return count;
}

function checkNames(names: readonly string[], name: string): void {
  const faults: string[] = [];
  const places = new Map<string, number[]>();
  names.forEach((column, i) => {
    if (column === '') faults.push(`column ${i + 1} has no name`);
    else places.set(column, [...(places.get(column) ?? []), i + 1]);
  });
  for (const [column, at] of places) {
    if (at.length > 1) faults.push(`${JSON.stringify(column)} names columns ${at.slice(0, -1).join(', ')} and ${at.at(-1)}`);
  }
  if (faults.length === 0) return;
  throw new InputError('BR-E0103', `${name}, line 1: ${faults.join('; ')}; each column needs a name of its own`, {
    details: { file: name, line: 1 },
  });
}
