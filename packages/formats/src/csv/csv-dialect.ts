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

/**
 * Throws `BR-E0122` unless a file is read in the same way as the first one of its dataset: the same columns in the same order,
 * the same delimiter and line ends. Names all that differs.
 */
export function checkSameDialect(dialect: CsvDialect, first: CsvDialect, name: string): void {
  const faults = [...columnFaults(dialect.header, first.header)];
  if (dialect.delimiter !== first.delimiter) {
    faults.push(`its cells are split at ${JSON.stringify(dialect.delimiter)}, not at ${JSON.stringify(first.delimiter)}`);
  }
  if (dialect.lineEnd !== first.lineEnd) {
    faults.push(`its lines end with ${dialect.lineEnd === 'cr' ? 'a lone CR, not with LF' : 'LF, not with a lone CR'}`);
  }
  if (faults.length === 0) return;
  throw new InputError('BR-E0122', `${name} is not read like the first file of the dataset: ${faults.join('; ')}`, {
    details: { file: name },
  });
}

function columnFaults(columns: readonly string[], first: readonly string[]): string[] {
  const missing = first.filter((column) => !columns.includes(column));
  const foreign = columns.filter((column) => !first.includes(column));
  if (missing.length === 0 && foreign.length === 0) {
    const moved = columns.findIndex((column, i) => column !== first[i]);
    if (moved < 0) return [];
    return [`its columns stand in another order: ${listed(columns)}, not ${listed(first)}`];
  }
  return [
    ...(missing.length > 0 ? [`it lacks ${listed(missing)}`] : []),
    ...(foreign.length > 0 ? [`it has ${listed(foreign)}, which the first file has not`] : []),
  ];
}

/** Names in quotes; a dozen of them at most. */
function listed(names: readonly string[]): string {
  const most = 12;
  const shown = names.slice(0, most).map((name) => JSON.stringify(name));
  return names.length > most ? `${shown.join(', ')} and ${names.length - most} more` : shown.join(', ');
}
