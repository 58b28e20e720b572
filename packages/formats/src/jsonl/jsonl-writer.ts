import {
  BlockWriter,
  type ByteView,
  byteView,
  CellKind,
  copyBytes,
  type ObjectInfo,
  type ObjectSink,
  RejectReason,
  type ResultRow,
  ResultStatus,
  type ResultTable,
  type ResultWriter,
  type RowBatch,
  writeEscaped,
} from '@batchrock/core';
import { BlockViews } from '../writing/block-views.ts';
import { MAX_INTEGER_BYTES, putInteger, putLiteral, utf8 } from '../writing/bytes.ts';

const NULL = utf8('null');
const STATUS = ['"succeeded"', '"failed"', '"rejected"', '"pending"'].map(utf8);

/** The bytes before each of our values: a comma, the name, a colon. */
interface Names {
  readonly answer: Uint8Array;
  readonly status: Uint8Array;
  readonly errorCode: Uint8Array;
  readonly errorMessage: Uint8Array;
  readonly stopReason: Uint8Array;
  readonly inputTokens: Uint8Array;
  readonly outputTokens: Uint8Array;
  readonly recordId: Uint8Array;
}

/**
 * Results as JSON Lines. A row of JSON Lines is copied as it came, byte for byte, with our keys after its own; cells of CSV
 * become strings. Answers are copied with their escapes. What a row has not is null. A row that could not be read keeps its
 * place: its own keys are left out (JSON Lines) or null (CSV), and `error_message` says where it stands.
 */
export function createJsonlWriter(sink: ObjectSink): ResultWriter {
  return new JsonlWriter(sink);
}

class JsonlWriter implements ResultWriter {
  readonly #out: BlockWriter;
  readonly #views = new BlockViews(8);
  #target: ByteView;
  #names: Names | undefined;
  /** Before each cell of CSV: `{"name":"` for the first, `,"name":` … for the others. */
  #keys: readonly Uint8Array[] = [];
  #isJson = false;
  /** Bytes of all that is the same in every row, at most. */
  #fixed = 0;
  #needed = 0;

  constructor(sink: ObjectSink) {
    this.#out = new BlockWriter(sink);
    this.#target = byteView(this.#out.bytes);
  }

  begin(table: ResultTable): void {
    const key = (name: string) => utf8(`,${JSON.stringify(name)}:`);
    const { names } = table;
    this.#names = {
      answer: key(names.answer),
      status: key(names.status),
      errorCode: key(names.errorCode),
      errorMessage: key(names.errorMessage),
      stopReason: key(names.stopReason),
      inputTokens: key(names.inputTokens),
      outputTokens: key(names.outputTokens),
      recordId: key(names.recordId),
    };
    this.#isJson = table.dialect.format === 'jsonl';
    this.#keys = this.#isJson ? [] : table.columns.map((name, c) => utf8(`${c === 0 ? '{' : ','}${JSON.stringify(name)}:`));
    const literals = [...Object.values(this.#names), ...this.#keys] as Uint8Array[];
    this.#fixed = literals.reduce((sum, literal) => sum + literal.length + NULL.length + 2, 64 + 2 * MAX_INTEGER_BYTES);
  }

  write(batch: RowBatch, row: number, result: ResultRow): boolean {
    const rowBytes = batch.rowEnd[row]! - batch.rowStart[row]!;
    // a cell of CSV may grow six times; a row of JSON is copied
    this.#needed = this.#fixed + rowBytes * (this.#isJson ? 1 : 6) + outcomeBytes(result);
    if (!this.#out.hasRoom(this.#needed)) return false;
    const target = this.#target;
    let at = this.#out.length;
    at = this.#isJson ? this.#jsonRow(batch, row, at) : this.#cells(batch, row, at);
    at = this.#result(result, at);
    target.bytes[at] = 0x7d;
    target.bytes[at + 1] = 0x0a;
    this.#out.length = at + 2;
    return true;
  }

  async drain(): Promise<void> {
    await this.#out.drain(this.#needed);
    if (this.#target.bytes !== this.#out.bytes) this.#target = byteView(this.#out.bytes);
  }

  finish(): Promise<ObjectInfo> {
    return this.#out.commit();
  }

  abort(): Promise<void> {
    return this.#out.abort();
  }

  /** The object without its closing brace; an empty one without its comma is mended by `#result`. */
  #jsonRow(batch: RowBatch, row: number, at: number): number {
    const out = this.#target.bytes;
    if (batch.reject[row] !== RejectReason.none) {
      out[at] = 0x7b;
      return at + 1;
    }
    const bytes = batch.bytes;
    let start = batch.rowStart[row]!;
    let end = batch.rowEnd[row]!;
    while (bytes[start] !== 0x7b) start += 1;
    while (bytes[end - 1] !== 0x7d) end -= 1;
    end -= 1;
    while (isSpace(bytes[end - 1]!)) end -= 1;
    return copyBytes(this.#views.of(bytes), start, end, this.#target, at);
  }

  #cells(batch: RowBatch, row: number, at: number): number {
    const out = this.#target.bytes;
    const from = this.#views.of(batch.bytes);
    const isReadable = batch.reject[row] === RejectReason.none || batch.reject[row] === RejectReason.ragged;
    for (let c = 0; c < this.#keys.length; c++) {
      const cell = 3 * (row * batch.width + c);
      const kind = batch.cells[cell + 2]!;
      at = putLiteral(out, at, this.#keys[c]!);
      if (!isReadable || kind === CellKind.absent) {
        at = putLiteral(out, at, NULL);
        continue;
      }
      out[at] = 0x22;
      at = writeEscaped(from, batch.cells[cell]!, batch.cells[cell + 1]!, kind === CellKind.quotedText, this.#target, at + 1);
      out[at] = 0x22;
      at += 1;
    }
    return at;
  }

  #result(result: ResultRow, at: number): number {
    const out = this.#target.bytes;
    const names = this.#names!;
    const { status, outcome } = result;
    const isAnswer = status === ResultStatus.succeeded;
    const isError = status === ResultStatus.failed || status === ResultStatus.rejected;
    const answer = out[at - 1] === 0x7b ? names.answer.subarray(1) : names.answer;
    at = putLiteral(out, at, answer);
    if (isAnswer) at = copyBytes(this.#views.of(outcome.bytes), outcome.valueStart, outcome.valueEnd, this.#target, at);
    else at = putLiteral(out, at, NULL);
    at = putLiteral(out, putLiteral(out, at, names.status), STATUS[status]!);
    at = this.#text(isError, result, outcome.codeStart, outcome.codeEnd, putLiteral(out, at, names.errorCode));
    at = this.#text(isError, result, outcome.messageStart, outcome.messageEnd, putLiteral(out, at, names.errorMessage));
    at = this.#text(isAnswer, result, outcome.stopStart, outcome.stopEnd, putLiteral(out, at, names.stopReason));
    at = this.#count(isAnswer, outcome.inputTokens, putLiteral(out, at, names.inputTokens));
    at = this.#count(isAnswer, outcome.outputTokens, putLiteral(out, at, names.outputTokens));
    at = putLiteral(out, at, names.recordId);
    out[at] = 0x22;
    at = putLiteral(out, at + 1, result.recordId);
    out[at] = 0x22;
    return at + 1;
  }

  /** The inside of a JSON string, as it is; null where it does not apply. */
  #text(applies: boolean, result: ResultRow, start: number, end: number, at: number): number {
    const out = this.#target.bytes;
    if (!applies) return putLiteral(out, at, NULL);
    out[at] = 0x22;
    at = copyBytes(this.#views.of(result.outcome.bytes), start, end, this.#target, at + 1);
    out[at] = 0x22;
    return at + 1;
  }

  #count(applies: boolean, value: number, at: number): number {
    const out = this.#target.bytes;
    return applies && value >= 0 ? putInteger(out, at, value) : putLiteral(out, at, NULL);
  }
}

/** The texts of an outcome, all of them inside its line. */
function outcomeBytes(result: ResultRow): number {
  return result.status === ResultStatus.pending ? 0 : result.outcome.end - result.outcome.start;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}
