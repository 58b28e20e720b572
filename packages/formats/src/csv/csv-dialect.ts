import { type Dialect, InputError, InvariantError } from '@batchrock/core';
import { CARRIAGE_RETURN, type CsvBytes, LINE_FEED } from './csv-bytes.ts';

/** The dialect of a CSV file. */
export type CsvDialect = Extract<Dialect, { readonly format: 'csv' }>;

/** What the scanner needs of a dialect. */
export function dialectBytes(dialect: CsvDialect): CsvBytes {
  return {
    delimiter: delimiterByte(dialect.delimiter),
    newline: dialect.lineEnd === 'cr' ? CARRIAGE_RETURN : LINE_FEED,
  };
}

/** The byte of a delimiter. Throws `BR-E0120` unless it is one ASCII character other than a quote, a line end or NUL. */
export function delimiterByte(delimiter: string): number {
  if (/^[^"\r\n\0]$/.test(delimiter) && delimiter.charCodeAt(0) < 0x80) return delimiter.charCodeAt(0);
  throw new InputError(
    'BR-E0120',
    `delimiter ${JSON.stringify(delimiter)} cannot be used: it takes one ASCII character that is no quote and no line end`,
  );
}

/** The dialect that a reader in the middle of a file must be given. */
export function requireCsvDialect(dialect: CsvDialect | undefined): CsvDialect {
  if (dialect === undefined) throw new InvariantError('a CSV file is read from its middle only with the dialect of its header');
  return dialect;
}
