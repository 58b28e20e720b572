/** The bytes that CSV knows. */
export const QUOTE = 0x22;
export const LINE_FEED = 0x0a;
export const CARRIAGE_RETURN = 0x0d;

/** A dialect as the scanner needs it. */
export interface CsvBytes {
  readonly delimiter: number;
  /** The byte that ends a line: a line feed (a carriage return before it belongs to it), or a lone carriage return. */
  readonly newline: typeof LINE_FEED | typeof CARRIAGE_RETURN;
}
