import {
  AnswerLiterals,
  BlockWriter,
  type ByteView,
  byteView,
  CellKind,
  copyBytes,
  hasKeptAnswer,
  LiteralBlock,
  type ObjectInfo,
  type ObjectSink,
  type OutcomeSpans,
  ownView,
  RejectReason,
  type ResultNames,
  type ResultRow,
  ResultStatus,
  type ResultTable,
  type ResultWriter,
  type RowBatch,
  rowFormat,
  writeJsonCell,
  writeVector,
} from '@batchrock/core';
import { MAX_INTEGER_BYTES, putInteger, putLiteral, utf8 } from '../writing/bytes.ts';
import { fieldBytes } from '../writing/field-text.ts';
import { mendedRow } from '../writing/mended-row.ts';
import { outcomeBytes } from '../writing/outcome-bytes.ts';

const NULL = utf8('null');

/** What stands between the values of our keys, in rows of one kind: many keys are null together. */
interface Literals {
  /** Where they all stand. */
  readonly block: LiteralBlock;
  /** Up to the answer, and from it to the stop reason and the counts. */
  readonly answer: ByteView;
  readonly stopReason: ByteView;
  readonly inputTokens: ByteView;
  readonly outputTokens: ByteView;
  readonly recordId: ByteView;
  /** Up to the code, by status: failed and rejected. */
  readonly failed: ByteView;
  readonly rejected: ByteView;
  readonly message: ByteView;
  readonly afterMessage: ByteView;
  /** Failed, with an answer that is of no use: from it to the code, and from the message to the stop reason. */
  readonly keptCode: ByteView;
  readonly keptStop: ByteView;
  readonly pending: ByteView;
}

/**
 * Results as JSON Lines. A row of JSON Lines is copied as it came, byte for byte, with our keys after its own; cells of CSV
 * become strings. Answers are copied with their escapes. What a row has not is null. A rejected row keeps its place and what
 * can be read of it, with U+FFFD for bytes that are not UTF-8; a line that is no JSON object has none of its own keys.
 */
export function createJsonlWriter(sink: ObjectSink): ResultWriter {
  return new JsonlWriter(sink);
}

class JsonlWriter implements ResultWriter {
  readonly #out: BlockWriter;
  #target: ByteView;
  /** The block of the rows at hand. */
  #rows: ByteView = byteView(new Uint8Array(0));
  /** Where the outcomes at hand are. */
  #outcomes: ByteView | undefined;
  #literals: Literals | undefined;
  #answers: AnswerLiterals | undefined;
  /** Before each cell of CSV: `{"name":` for the first, `,"name":` for the others. */
  #keys: LiteralBlock = new LiteralBlock([]);
  /** Before each field of an answer; undefined where there are none. */
  #fieldKeys: LiteralBlock | undefined;
  #isJson = false;
  /** Bytes of all that is the same in every row, at most. */
  #fixed = 0;
  #needed = 0;

  constructor(sink: ObjectSink) {
    this.#out = new BlockWriter(sink);
    this.#target = byteView(this.#out.bytes);
  }

  begin(table: ResultTable): void {
    const literals = literalsOf(table.names);
    const { answer, stopReason, inputTokens, outputTokens, recordId } = literals;
    this.#literals = literals;
    this.#answers = new AnswerLiterals([answer, stopReason, inputTokens, outputTokens, recordId]);
    this.#isJson = rowFormat(table.dialect) === 'jsonl';
    const keys = this.#isJson ? [] : table.columns.map((name, c) => utf8(`${c === 0 ? '{' : ','}${JSON.stringify(name)}:`));
    this.#keys = new LiteralBlock(keys);
    this.#fieldKeys = fieldKeys(table);
    const names = [
      ...Object.values(table.names),
      ...(this.#isJson ? [] : table.columns),
      ...(table.fields ?? []).map((field) => field.name),
    ] as string[];
    // quotes, colon, comma and null or status around each name, whose characters may be escaped
    this.#fixed = names.reduce((sum, name) => sum + 6 * name.length + 24, 64 + 2 * MAX_INTEGER_BYTES);
  }

  write(batch: RowBatch, row: number, result: ResultRow): boolean {
    const mended = batch.reject[row] === RejectReason.none ? undefined : mendedRow(batch, row);
    return mended === undefined ? this.#write(batch, row, result) : this.#write(mended, 0, result);
  }

  #write(batch: RowBatch, row: number, result: ResultRow): boolean {
    if (this.#outcomes !== result.outcome.text) this.#outcomes = ownView(result.outcome.text);
    const rowBytes = batch.rowEnd[row]! - batch.rowStart[row]!;
    // a cell of CSV may grow six times; a row of JSON is copied
    this.#needed = this.#fixed + rowBytes * (this.#isJson ? 1 : 6) + outcomeBytes(result) + fieldBytes(result.fields);
    if (!this.#out.hasRoom(this.#needed)) return false;
    const target = this.#target;
    if (this.#rows.bytes !== batch.bytes) this.#rows = byteView(batch.bytes);
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
    this.#release();
    return this.#out.commit();
  }

  abort(): Promise<void> {
    this.#release();
    return this.#out.abort();
  }

  #release(): void {
    this.#keys.release();
    this.#fieldKeys?.release();
    this.#answers?.release();
    this.#literals?.block.release();
  }

  /** The object without its closing brace; an empty one without its comma is mended by `#result`. */
  #jsonRow(batch: RowBatch, row: number, at: number): number {
    const out = this.#target.bytes;
    if (batch.reject[row] === RejectReason.badJson) {
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
    return copyBytes(this.#rows, start, end, this.#target, at);
  }

  #cells(batch: RowBatch, row: number, at: number): number {
    const { cells } = batch;
    const from = this.#rows;
    const to = this.#target;
    const keys = this.#keys.views;
    for (let c = 0; c < keys.length; c++) {
      const cell = 3 * (row * batch.width + c);
      const kind = cells[cell + 2]!;
      if (kind === CellKind.absent) at = putLiteral(to.bytes, literal(keys[c]!, to, at, 0), NULL);
      else at = writeJsonCell(keys[c]!, from, cells[cell]!, cells[cell + 1]!, kind === CellKind.quotedText, to, at);
    }
    return at;
  }

  #result(result: ResultRow, at: number): number {
    const literals = this.#literals!;
    const target = this.#target;
    // an empty object has no comma before its first key
    const comma = target.bytes[at - 1] === 0x7b ? 1 : 0;
    switch (result.status) {
      case ResultStatus.succeeded:
        at = this.#answer(result, at, comma);
        break;
      case ResultStatus.failed:
        at = hasKeptAnswer(result.outcome)
          ? this.#keptAnswer(result, at, comma)
          : this.#error(result, literal(literals.failed, target, at, comma));
        break;
      case ResultStatus.rejected:
        at = this.#error(result, literal(literals.rejected, target, at, comma));
        break;
      default:
        at = literal(literals.pending, target, at, comma);
    }
    at = putLiteral(target.bytes, at, result.recordId);
    target.bytes[at] = 0x22;
    return this.#fieldKeys === undefined ? at + 1 : this.#fields(result, this.#fieldKeys.views, at + 1);
  }

  #answer({ outcome }: ResultRow, at: number, comma: number): number {
    const literals = this.#literals!;
    const target = this.#target;
    const after = comma === 0 && !outcome.isEmbedding ? this.#answers!.write(outcome, target, at) : -1;
    if (after >= 0) return after;
    at = literal(literals.answer, target, at, comma);
    at = outcome.isEmbedding
      ? writeVector(outcome.text, outcome.valueStart, outcome.valueEnd, target, at)
      : copyBytes(outcome.text, outcome.valueStart, outcome.valueEnd, target, at);
    return this.#stopAndUsage(outcome, literal(literals.stopReason, target, at, 0));
  }

  #error({ outcome }: ResultRow, at: number): number {
    return literal(this.#literals!.afterMessage, this.#target, this.#codeAndMessage(outcome, at), 0);
  }

  #codeAndMessage(outcome: OutcomeSpans, at: number): number {
    const target = this.#target;
    at = copyBytes(outcome.text, outcome.codeStart, outcome.codeEnd, target, at);
    at = literal(this.#literals!.message, target, at, 0);
    return copyBytes(outcome.text, outcome.messageStart, outcome.messageEnd, target, at);
  }

  /** A failure that has the answer which it is the failure of. */
  #keptAnswer({ outcome }: ResultRow, at: number, comma: number): number {
    const literals = this.#literals!;
    const target = this.#target;
    at = literal(literals.answer, target, at, comma);
    at = copyBytes(outcome.text, outcome.valueStart, outcome.valueEnd, target, at);
    at = this.#codeAndMessage(outcome, literal(literals.keptCode, target, at, 0));
    at = literal(literals.keptStop, target, at, 0);
    return this.#stopAndUsage(outcome, at);
  }

  /** From the inside of the stop reason up to the record id. */
  #stopAndUsage(outcome: OutcomeSpans, at: number): number {
    const literals = this.#literals!;
    const target = this.#target;
    at = copyBytes(outcome.text, outcome.stopStart, outcome.stopEnd, target, at);
    at = count(target, literal(literals.inputTokens, target, at, 0), outcome.inputTokens);
    at = count(target, literal(literals.outputTokens, target, at, 0), outcome.outputTokens);
    return literal(literals.recordId, target, at, 0);
  }

  /** The fields of an answer, behind all other keys; of a row without one they are null. */
  #fields({ status, fields }: ResultRow, keys: readonly ByteView[], at: number): number {
    const target = this.#target;
    const values = status === ResultStatus.succeeded ? fields : undefined;
    for (let i = 0; i < keys.length; i++) {
      at = literal(keys[i]!, target, at, 0);
      at = putLiteral(target.bytes, at, utf8(values?.[i] ?? 'null'));
    }
    return at;
  }
}

/** `,"name":` before each field. */
function fieldKeys({ fields }: ResultTable): LiteralBlock | undefined {
  return fields && new LiteralBlock(fields.map(({ name }) => utf8(`,${JSON.stringify(name)}:`)));
}

function literalsOf(names: ResultNames): Literals {
  const key = (name: string, value: string) => `,${JSON.stringify(name)}:${value}`;
  const noAnswer = key(names.answer, 'null');
  const noError = key(names.errorCode, 'null') + key(names.errorMessage, 'null');
  const noUsage = key(names.stopReason, 'null') + key(names.inputTokens, 'null') + key(names.outputTokens, 'null');
  const status = (name: string) => key(names.status, JSON.stringify(name));
  const id = key(names.recordId, '"');
  const texts = {
    answer: key(names.answer, ''),
    stopReason: status('succeeded') + noError + key(names.stopReason, '"'),
    inputTokens: `"${key(names.inputTokens, '')}`,
    outputTokens: key(names.outputTokens, ''),
    recordId: id,
    failed: noAnswer + status('failed') + key(names.errorCode, '"'),
    rejected: noAnswer + status('rejected') + key(names.errorCode, '"'),
    message: `"${key(names.errorMessage, '"')}`,
    afterMessage: `"${noUsage}${id}`,
    keptCode: status('failed') + key(names.errorCode, '"'),
    keptStop: `"${key(names.stopReason, '"')}`,
    pending: noAnswer + status('pending') + noError + noUsage + id,
  };
  const block = new LiteralBlock(Object.values(texts).map(utf8));
  const views = Object.fromEntries(Object.keys(texts).map((name, i) => [name, block.views[i]!])) as Record<
    keyof typeof texts,
    ByteView
  >;
  return { ...views, block };
}

function literal(from: ByteView, to: ByteView, at: number, skip: number): number {
  return copyBytes(from, skip, from.bytes.length, to, at);
}

function count(to: ByteView, at: number, value: number): number {
  return value >= 0 ? putInteger(to.bytes, at, value) : putLiteral(to.bytes, at, NULL);
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}
