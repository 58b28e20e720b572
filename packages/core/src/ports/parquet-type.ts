/** Of times and timestamps: milli-, micro- or nanoseconds. */
export type TimeUnit = 'ms' | 'us' | 'ns';

/**
 * What the values of a Parquet column mean, whatever they are stored as, in enough detail to write the column again. Each kind
 * has one form of text in rows, which loses nothing; see `parquet-text` in `formats` and `docs/datasets-and-results.md`.
 */
export type ParquetType =
  | { readonly kind: 'boolean' }
  | { readonly kind: 'int'; readonly bits: 8 | 16 | 32 | 64; readonly signed: boolean }
  | { readonly kind: 'float'; readonly bits: 16 | 32 | 64 }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'date' }
  /** `utc`: the value is an instant, not what a clock on some wall shows. */
  | { readonly kind: 'time'; readonly unit: TimeUnit; readonly utc: boolean }
  | { readonly kind: 'timestamp'; readonly unit: TimeUnit; readonly utc: boolean }
  | { readonly kind: 'string' }
  | { readonly kind: 'enum' }
  /** Text that is JSON; kept as text, byte for byte. */
  | { readonly kind: 'json' }
  | { readonly kind: 'uuid' }
  /** `length`: all values have so many bytes. */
  | { readonly kind: 'binary'; readonly length?: number }
  | { readonly kind: 'interval' }
  /** Nothing but null. */
  | { readonly kind: 'null' }
  | { readonly kind: 'list'; readonly element: ParquetField }
  | { readonly kind: 'map'; readonly key: ParquetType; readonly value: ParquetField }
  | { readonly kind: 'struct'; readonly fields: readonly ParquetColumn[] };

/** A value that may be null or not. */
export interface ParquetField {
  readonly type: ParquetType;
  readonly nullable: boolean;
}

/** A column, or a field of a struct. */
export interface ParquetColumn extends ParquetField {
  readonly name: string;
}
