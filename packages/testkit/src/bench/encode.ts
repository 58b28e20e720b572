import {
  CellKind,
  createRecordEncoder,
  familyNamed,
  InvariantError,
  NEEDS_SPACE,
  type OutputBlock,
  type RecordEncoder,
  RejectReason,
  type RowBatch,
} from '@batchrock/core';
import type { Bench } from './bench.ts';

/** How the text of the rows looks. */
interface EncodeText {
  /** Characters a row. */
  readonly length: number;
  /** Share of the rows that hold quotes, of those that hold line feeds, of those that are not ASCII. */
  readonly quotes: number;
  readonly newlines: number;
  readonly foreign: number;
}

const BLOCK_BYTES = 4 * 1024 * 1024;
const BATCH_ROWS = 4096;

/** The rows of the usual benches: 300 characters, a tenth with quotes, a twentieth with line feeds, a tenth not ASCII. */
const USUAL_TEXT: EncodeText = { length: 300, quotes: 0.1, newlines: 0.05, foreign: 0.1 };

/** The encoder alone: rows of id, topic and text to records, no reading and no writing. */
export const encode: Bench = {
  name: 'encode',
  rows: 1_000_000,
  async run({ rows }) {
    const batch = makeBatch(USUAL_TEXT);
    const request = { prompt: 'Classify the sentiment of this {topic} review: {text}', params: { max_tokens: 300 } };
    const encoder = createRecordEncoder(
      { family: familyNamed('anthropic'), request, recordPrefix: 'k3', maxRecordBytes: BLOCK_BYTES },
      ['id', 'topic', 'text'],
    );
    const out: OutputBlock = { bytes: new Uint8Array(BLOCK_BYTES), length: 0 };
    encodeRows(encoder, batch, BATCH_ROWS, out);
    const started = performance.now();
    encodeRows(encoder, batch, rows, out);
    return { seconds: (performance.now() - started) / 1000 };
  },
};

function encodeRows(encoder: RecordEncoder, batch: RowBatch, rows: number, out: OutputBlock): void {
  for (let ordinal = 0; ordinal < rows; ordinal++) {
    const row = ordinal % BATCH_ROWS;
    let result = encoder.encode(batch, row, ordinal, out);
    if (result === NEEDS_SPACE) {
      out.length = 0;
      result = encoder.encode(batch, row, ordinal, out);
    }
    if (result !== RejectReason.none) throw new InvariantError(`row ${ordinal} was rejected: ${result}`);
  }
}

/** A batch as the CSV reader makes it: id and topic plain, the text quoted. */
function makeBatch(text: EncodeText): RowBatch {
  const encoder = new TextEncoder();
  let seed = 1;
  const next = (): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
  const cells = new Uint32Array(9 * BATCH_ROWS);
  const bytes = new Uint8Array(BATCH_ROWS * (4 * text.length + 64));
  let at = 0;
  for (let row = 0; row < BATCH_ROWS; row++) {
    const values = [String(row), `topic ${row % 17}`, makeText(text, next)];
    values.forEach((value, column) => {
      const { written } = encoder.encodeInto(value, bytes.subarray(at + 1));
      cells.set([at + 1, at + 1 + written, column === 2 ? CellKind.quotedText : CellKind.text], 9 * row + 3 * column);
      at += written + 2;
    });
  }
  const zeros = new Uint32Array(BATCH_ROWS);
  const line = new Float64Array(BATCH_ROWS);
  return {
    bytes,
    offset: 0,
    count: BATCH_ROWS,
    width: 3,
    cells,
    rowStart: zeros,
    rowEnd: zeros,
    line,
    reject: new Uint8Array(BATCH_ROWS),
  };
}

function makeText({ length, quotes, newlines, foreign }: EncodeText, next: () => number): string {
  const letters = next() < foreign ? 'абвгдежзиклмнопрст' : 'etaoinshrdlucmfwyp';
  const extra = next() < quotes ? '""' : next() < newlines ? '\n' : ' ';
  let text = '';
  while (text.length < length)
    text += next() < 0.15 ? (next() < 0.1 ? extra : ' ') : letters[Math.floor(next() * letters.length)];
  return text.slice(0, length);
}
