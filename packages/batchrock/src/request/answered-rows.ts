import {
  CellKind,
  dialectColumns,
  type RejectCause,
  RejectReason,
  type RowBatch,
  type RowReader,
  RowsOver,
} from '@batchrock/core';

/**
 * The rows of a dataset of which some columns are used. Where it is the results of a run, and an answer in them is used, a row that this
 * run gave no answer is refused: an empty answer in its place would be sent, and paid for. Other datasets are read as they are.
 */
export function answeredRows(reader: RowReader, used: readonly string[]): RowReader {
  return new AnsweredRows(reader, used);
}

/** Our columns beside the answer, in their order behind it. */
const BESIDE = ['status', 'error_code', 'error_message', 'stop_reason', 'input_tokens', 'output_tokens', 'record_id'] as const;

/** Each name may be longer by this, where the dataset of that run had it already, and had been results itself. */
const ANSWER = /^(?:batchrock_)*(?:response|embedding)$/;

/** What a run says of a row without an answer that is of use. */
const UNANSWERED = ['failed', 'rejected', 'pending'] as const;

/** An answer that is used, and where its run says how it came out. */
interface UsedAnswer {
  readonly column: string;
  /** Index of the column. */
  readonly status: number;
}

class AnsweredRows extends RowsOver {
  readonly #used: readonly string[];
  readonly #reasons = new Map<number, RejectCause>();
  #answers: readonly UsedAnswer[] = [];
  #seenColumns = 0;

  constructor(reader: RowReader, used: readonly string[]) {
    super(reader);
    this.#used = used;
  }

  get rowCount(): number | undefined {
    return this.reader.rowCount;
  }

  override async next(): Promise<RowBatch | undefined> {
    const batch = await this.reader.next();
    if (batch !== undefined) this.#refuse(batch);
    return batch;
  }

  override explainReject(row: number): RejectCause {
    return this.#reasons.get(row) ?? super.explainReject(row);
  }

  #refuse(batch: RowBatch): void {
    this.#reasons.clear();
    if (this.columns.length !== this.#seenColumns) {
      this.#seenColumns = this.columns.length;
      this.#answers = usedAnswers(this.columns, this.#used, dialectColumns(this.dialect) !== undefined);
    }
    for (const { column, status } of this.#answers) {
      if (status >= batch.width) continue;
      for (let row = 0; row < batch.count; row++) {
        const end = batch.reject[row] === RejectReason.none ? unansweredBy(batch, 3 * (row * batch.width + status)) : undefined;
        if (end === undefined) continue;
        batch.reject[row] = RejectReason.unanswered;
        this.#reasons.set(row, { why: `it has no ${JSON.stringify(column)}: the run before has ended it as ${end}` });
      }
    }
  }
}

/** `isWhole`: all columns are known and in their order, so that those behind ours up to the next are fields of the answer. */
function usedAnswers(columns: readonly string[], used: readonly string[], isWhole: boolean): readonly UsedAnswer[] {
  const at = columns.flatMap((_, i) => (beginsAnswer(columns, i) ? [i] : []));
  return at.flatMap((first, n) => {
    const behind = first + 1 + BESIDE.length;
    const fields = isWhole ? columns.slice(behind, at[n + 1] ?? columns.length) : [];
    const column = [columns[first]!, ...fields].find((name) => used.includes(name));
    return column === undefined ? [] : [{ column, status: first + 1 }];
  });
}

function beginsAnswer(columns: readonly string[], at: number): boolean {
  if (!ANSWER.test(columns[at] ?? '')) return false;
  return BESIDE.every((name, i) => columns[at + 1 + i]?.replace(/^(?:batchrock_)+/, '') === name);
}

function unansweredBy({ bytes, cells }: RowBatch, cell: number): string | undefined {
  const [start = 0, end = 0, kind] = cells.subarray(cell, cell + 3);
  if (kind !== CellKind.text && kind !== CellKind.jsonString) return undefined;
  return UNANSWERED.find((name) => name.length === end - start && isAt(bytes, start, name));
}

function isAt(bytes: Uint8Array, start: number, name: string): boolean {
  for (let i = 0; i < name.length; i++) if (bytes[start + i] !== name.charCodeAt(i)) return false;
  return true;
}
