import { type ByteView, byteView, InvariantError, type ResultRow, ResultStatus, type ResultTable } from '@batchrock/core';
import { utf8 } from '../writing/bytes.ts';
import { CountColumn } from './count-column.ts';
import { Physical, Repetition, type SchemaNode } from './file-layout.ts';
import { textNode } from './input-columns.ts';
import type { ColumnServices, WrittenColumn } from './leaf-column.ts';
import { TextColumn, TextForm } from './text-column.ts';
import { VectorColumn } from './vector-column.ts';

const STATUS = ['succeeded', 'failed', 'rejected', 'pending'].map((name) => byteView(utf8(name)));

/** Our own columns. */
export class OutcomeColumns {
  readonly columns: readonly WrittenColumn[];
  readonly schema: readonly SchemaNode[];
  readonly #answer: TextColumn | VectorColumn;
  readonly #status: TextColumn;
  readonly #code: TextColumn;
  readonly #message: TextColumn;
  readonly #stop: TextColumn;
  readonly #input: CountColumn;
  readonly #output: CountColumn;
  readonly #id: TextColumn;
  /** The bytes of a row's id, which are the same array in every row. */
  #idText: ByteView = byteView(new Uint8Array(0));

  constructor({ names, task }: ResultTable, services: ColumnServices) {
    const text = (name: string, isNullable = true) => new TextColumn([name], isNullable, services);
    this.#answer = task === 'embedding' ? new VectorColumn(names.answer, services) : text(names.answer);
    this.#status = text(names.status, false);
    this.#code = text(names.errorCode);
    this.#message = text(names.errorMessage);
    this.#stop = text(names.stopReason);
    this.#input = new CountColumn([names.inputTokens], services);
    this.#output = new CountColumn([names.outputTokens], services);
    this.#id = text(names.recordId, false);
    this.columns = [this.#answer, this.#status, this.#code, this.#message, this.#stop, this.#input, this.#output, this.#id];
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

  put({ status, outcome, recordId }: ResultRow): void {
    const isAnswer = status === ResultStatus.succeeded;
    const isError = status === ResultStatus.failed || status === ResultStatus.rejected;
    if (isAnswer) this.#putAnswer(outcome);
    else this.#answer.null();
    const name = STATUS[status]!;
    this.#status.put(name, 0, name.bytes.length, TextForm.plain);
    putText(this.#code, isError, outcome.text, outcome.codeStart, outcome.codeEnd);
    putText(this.#message, isError, outcome.text, outcome.messageStart, outcome.messageEnd);
    // a model that says no reason has none
    putText(this.#stop, isAnswer && outcome.stopEnd > outcome.stopStart, outcome.text, outcome.stopStart, outcome.stopEnd);
    putCount(this.#input, isAnswer, outcome.inputTokens);
    putCount(this.#output, isAnswer, outcome.outputTokens);
    if (this.#idText.bytes !== recordId) this.#idText = byteView(recordId);
    this.#id.put(this.#idText, 0, recordId.length, TextForm.plain);
  }

  #putAnswer(outcome: ResultRow['outcome']): void {
    const answer = this.#answer;
    const { text, valueStart, valueEnd, isEmbedding } = outcome;
    if (answer instanceof VectorColumn) {
      if (!isEmbedding) throw new InvariantError('an embedding model answered with text');
      answer.put(text, valueStart, valueEnd);
    } else if (isEmbedding) answer.put(text, valueStart, valueEnd, TextForm.plain);
    else answer.put(text, valueStart + 1, valueEnd - 1, TextForm.escaped);
  }
}

function putText(column: TextColumn, applies: boolean, from: ResultRow['outcome']['text'], start: number, end: number): void {
  if (applies) column.put(from, start, end, TextForm.escaped);
  else column.null();
}

function putCount(column: CountColumn, applies: boolean, value: number): void {
  if (applies && value >= 0) column.put(value);
  else column.null();
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
