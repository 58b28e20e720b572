import {
  type ByteView,
  CellKind,
  hasKeptAnswer,
  InvariantError,
  LiteralBlock,
  RECORD_ID_LENGTH,
  type ResultRow,
  ResultStatus,
  type ResultTable,
} from '@batchrock/core';
import { utf8 } from '../writing/bytes.ts';
import { CountColumn } from './count-column.ts';
import { Physical, Repetition, type SchemaNode } from './file-layout.ts';
import { textNode } from './input-columns.ts';
import type { ColumnServices, WrittenColumn } from './leaf-column.ts';
import type { RowCells } from './row-cells.ts';
import { TextColumn } from './text-column.ts';
import { VectorColumn } from './vector-column.ts';

const STATUS = ['succeeded', 'failed', 'rejected', 'pending'].map(utf8);
/** Of the literals, the one behind them. */
const ID = STATUS.length;

/** Our own columns. */
export class OutcomeColumns {
  readonly columns: readonly WrittenColumn[];
  readonly schema: readonly SchemaNode[];
  /** Those that are cells of a row. */
  readonly cells: readonly (TextColumn | CountColumn)[];
  readonly #vector: VectorColumn | undefined;
  /** The names of the statuses, and the id of the row at hand. */
  readonly #literals: LiteralBlock = new LiteralBlock([...STATUS, new Uint8Array(RECORD_ID_LENGTH)]);

  constructor({ names, task }: ResultTable, services: ColumnServices) {
    const text = (name: string, isNullable = true) => new TextColumn([name], isNullable, services);
    this.#vector = task === 'embedding' ? new VectorColumn(names.answer, services) : undefined;
    this.cells = [
      ...(this.#vector === undefined ? [text(names.answer)] : []),
      text(names.status, false),
      text(names.errorCode),
      text(names.errorMessage),
      text(names.stopReason),
      new CountColumn([names.inputTokens], services),
      new CountColumn([names.outputTokens], services),
      text(names.recordId, false),
    ];
    this.columns = this.#vector === undefined ? this.cells : [this.#vector, ...this.cells];
    this.schema = [
      task === 'embedding' ? vectorNode(names.answer) : textNode(names.answer),
      textNode(names.status, false),
      textNode(names.errorCode),
      textNode(names.errorMessage),
      textNode(names.stopReason),
      countNode(names.inputTokens),
      countNode(names.outputTokens),
      textNode(names.recordId, false),
    ];
  }

  /** Gives a row to `cells`, to those from `first` on, and puts a vector. */
  put(cells: RowCells, first: number, { status, outcome, recordId }: ResultRow): void {
    const isAnswer = status === ResultStatus.succeeded;
    // a failure may have the answer which it is the failure of
    const hasAnswer = isAnswer || (status === ResultStatus.failed && hasKeptAnswer(outcome));
    const isError = status === ResultStatus.failed || status === ResultStatus.rejected;
    const { text } = outcome;
    let cell = first;
    if (this.#vector === undefined) putAnswer(cells, cell++, hasAnswer, outcome);
    else if (!isAnswer) this.#vector.null();
    else if (outcome.isEmbedding) this.#vector.put(text, outcome.valueStart, outcome.valueEnd);
    else throw new InvariantError('an embedding model answered with text');
    const name = this.#literals.views[status]!;
    cells.text(cell++, name, 0, name.bytes.length, CellKind.text);
    putText(cells, cell++, isError, text, outcome.codeStart, outcome.codeEnd);
    putText(cells, cell++, isError, text, outcome.messageStart, outcome.messageEnd);
    // a model that says no reason has none
    putText(cells, cell++, hasAnswer && outcome.stopEnd > outcome.stopStart, text, outcome.stopStart, outcome.stopEnd);
    putCount(cells, cell++, hasAnswer, outcome.inputTokens);
    putCount(cells, cell++, hasAnswer, outcome.outputTokens);
    const id = this.#literals.views[ID]!;
    for (let i = 0; i < RECORD_ID_LENGTH; i++) id.bytes[i] = recordId[i]!;
    cells.text(cell, id, 0, RECORD_ID_LENGTH, CellKind.text);
  }

  /** Gives memory back that is not the columns'. */
  release(): void {
    this.#literals.release();
  }
}

function putAnswer(cells: RowCells, cell: number, isAnswer: boolean, outcome: ResultRow['outcome']): void {
  const { text, valueStart, valueEnd, isEmbedding } = outcome;
  if (!isAnswer) cells.null(cell);
  else if (isEmbedding) cells.text(cell, text, valueStart, valueEnd, CellKind.text);
  else cells.text(cell, text, valueStart + 1, valueEnd - 1, CellKind.jsonString);
}

function putText(cells: RowCells, cell: number, applies: boolean, from: ByteView, start: number, end: number): void {
  if (applies) cells.text(cell, from, start, end, CellKind.jsonString);
  else cells.null(cell);
}

function putCount(cells: RowCells, cell: number, applies: boolean, value: number): void {
  if (applies && value >= 0) cells.count(cell, value);
  else cells.null(cell);
}

function countNode(name: string): SchemaNode {
  return { name, repetition: Repetition.optional, physical: Physical.int64 };
}

/** A list in the three levels that the format asks for. */
function vectorNode(name: string): SchemaNode {
  const element: SchemaNode = { name: 'element', repetition: Repetition.optional, physical: Physical.float };
  const list: SchemaNode = { name: 'list', repetition: Repetition.repeated, children: [element] };
  return { name, repetition: Repetition.optional, converted: 3, logical: { 3: { struct: {} } }, children: [list] };
}
