import { copyOfLine, type Dialect, type ReadPosition, type RowBatch, RowsOver } from '@batchrock/core';

/** Rows of a copy in which lines that ask for several answers are cut: each is told to stand on the line that it was cut from. */
export class CutRows extends RowsOver {
  /** Lines of the copy that are none of what it was made from. */
  #added = 0;
  #isFirst = true;

  override get dialect(): Dialect {
    return { format: 'jsonl', isCut: true };
  }

  /** The line is that of the newest row's successor, should that one not be cut from the same. */
  override get position(): ReadPosition {
    const { position } = this.reader;
    return { ...position, line: position.line - this.#added };
  }

  override async next(): Promise<RowBatch | undefined> {
    const batch = await this.reader.next();
    if (batch === undefined) return undefined;
    const { bytes, rowStart, rowEnd, line, count } = batch;
    for (let row = 0; row < count; row++) {
      // whoever begins between two that were one says on which line
      if (!this.#isFirst && copyOfLine(bytes, rowStart[row]!, rowEnd[row]!) > 0) this.#added++;
      this.#isFirst = false;
      line[row]! -= this.#added;
    }
    return batch;
  }
}
