import type { Dialect, ReadPosition, RejectCause, RowReader } from '../ports/index.ts';
import type { RowBatch } from '../record/index.ts';

/**
 * The rows of another reader, as they are. Whoever gives some of them, or refuses some, says only what is otherwise. How many rows there
 * are is not told: it may be what is otherwise.
 */
export class RowsOver implements RowReader {
  protected readonly reader: RowReader;

  constructor(reader: RowReader) {
    this.reader = reader;
  }

  get dialect(): Dialect {
    return this.reader.dialect;
  }
  get columns(): readonly string[] {
    return this.reader.columns;
  }
  get warnings(): readonly string[] {
    return this.reader.warnings;
  }
  get sourceName(): string | undefined {
    return this.reader.sourceName;
  }
  get bytesRead(): number | undefined {
    return this.reader.bytesRead;
  }
  get position(): ReadPosition {
    return this.reader.position;
  }

  next(): Promise<RowBatch | undefined> {
    return this.reader.next();
  }

  explainReject(row: number): RejectCause {
    return this.reader.explainReject(row);
  }

  close(): Promise<void> {
    return this.reader.close();
  }
}
