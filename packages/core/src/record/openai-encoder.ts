import type { Family, JsonObject, ModelTraits } from '../model/index.ts';
import { type OnUnsupported, translateLine } from '../openai/index.ts';
import { type ByteView, byteView } from './escape-json.ts';
import { RECORD_ID_LENGTH, recordPrefixBytes, writeRecordId } from './ids.ts';
import { LineTemplate } from './openai-template.ts';
import { NEEDS_SPACE, type OutputBlock, RECORD_HEAD, type RecordEncoder } from './record-encoder.ts';
import { RejectReason, type RowBatch } from './row-batch.ts';

/** What all records of the lines of an OpenAI batch file have in common. */
export interface OpenAiEncoderSpec {
  readonly family: Family;
  readonly traits: ModelTraits;
  readonly onUnsupported: OnUnsupported;
  /** Of lines that do not say it. */
  readonly maxTokens?: number;
  /** Two digits of base 36: the first two characters of every record id. */
  readonly recordPrefix: string;
  /** Bytes of a record's line, its line feed included. */
  readonly maxRecordBytes: number;
}

const BEFORE = new TextEncoder().encode('","modelInput":');
const BEHIND = new TextEncoder().encode('}\n');
const HEAD_BYTES = RECORD_HEAD.length + RECORD_ID_LENGTH + BEFORE.length;
const FIXED_BYTES = HEAD_BYTES + BEHIND.length;
/** Bytes of UTF-8 for a unit of UTF-16, at most. */
const BYTES_A_UNIT = 3;
const FIRST_SCRATCH = 1 << 16;
/** Shapes of lines that are known at once. */
const MOST_SHAPES = 8;
/** Of the lines that fit no shape one in so many is learned from. */
const LEARN_EVERY = 16;
const NOTHING = byteView(new Uint8Array(0));

/**
 * An encoder over objects: each row is a line of an OpenAI batch file, which is parsed, checked and written again as the family has
 * it. Lines that have the shape of one before are written by copying their texts, to the same bytes. A row gives one record; lines
 * that ask for several were cut into as many rows before.
 */
export class OpenAiRecordEncoder implements RecordEncoder {
  readonly #spec: OpenAiEncoderSpec;
  readonly #prefix: Uint8Array;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #encoder = new TextEncoder();
  /** The shape that fitted last comes first. */
  readonly #shapes: LineTemplate[] = [];
  #strangers = 0;
  #scratch = new Uint8Array(FIRST_SCRATCH);
  #from: ByteView = NOTHING;
  #to: ByteView = NOTHING;

  constructor(spec: OpenAiEncoderSpec) {
    this.#spec = spec;
    this.#prefix = recordPrefixBytes(spec.recordPrefix);
  }

  encode(batch: RowBatch, row: number, ordinal: number, out: OutputBlock): RejectReason | typeof NEEDS_SPACE {
    const refused = batch.reject[row] as RejectReason;
    if (refused !== RejectReason.none) return refused;
    if (this.#from.bytes !== batch.bytes) this.#from = byteView(batch.bytes);
    const length = this.#fit(batch.rowStart[row]!, batch.rowEnd[row]!);
    if (length < 0) return this.#translate(batch, row, ordinal, out);
    const room = this.#room(length, out);
    if (room !== RejectReason.none) return room;
    if (this.#to.bytes !== out.bytes) this.#to = byteView(out.bytes);
    this.#shapes[0]!.write(this.#from, this.#to, out.length + HEAD_BYTES);
    this.#frame(out, ordinal, length);
    return RejectReason.none;
  }

  /** Bytes of the request of a line that has a shape that is known, which is the first one then; else -1. */
  #fit(start: number, end: number): number {
    const shapes = this.#shapes;
    for (let i = 0; i < shapes.length; i++) {
      const shape = shapes[i]!;
      const length = shape.fit(this.#from, start, end);
      if (length < 0) continue;
      if (i > 0) shapes.unshift(...shapes.splice(i, 1));
      return length;
    }
    return -1;
  }

  /** The slow way, which every shape was learned from. */
  #translate(batch: RowBatch, row: number, ordinal: number, out: OutputBlock): RejectReason | typeof NEEDS_SPACE {
    const value = rowValue(this.#decoder, batch, row);
    const body = this.#request(value);
    if (body === undefined) return RejectReason.invalidRequest;
    if (this.#spec.family.keepsTexts && this.#strangers++ % LEARN_EVERY === 0) this.#learn(batch, row, value);
    const json = JSON.stringify(body);
    if (FIXED_BYTES + json.length > this.#spec.maxRecordBytes) return RejectReason.tooLarge;
    const most = BYTES_A_UNIT * json.length;
    if (this.#scratch.length < most) this.#scratch = new Uint8Array(2 * most);
    const length = this.#encoder.encodeInto(json, this.#scratch).written;
    const room = this.#room(length, out);
    if (room !== RejectReason.none) return room;
    out.bytes.set(this.#scratch.subarray(0, length), out.length + HEAD_BYTES);
    this.#frame(out, ordinal, length);
    return RejectReason.none;
  }

  #request(value: unknown): JsonObject | undefined {
    const { bodies } = translateLine(value, this.#spec);
    return bodies.length === 1 ? bodies[0] : undefined;
  }

  #learn({ bytes, rowStart, rowEnd }: RowBatch, row: number, value: unknown): void {
    const line = bytes.slice(rowStart[row], rowEnd[row]);
    const shape = LineTemplate.learn(line, value, (marked) => this.#request(marked));
    if (shape === undefined) return;
    this.#shapes.unshift(shape);
    this.#shapes.length = Math.min(this.#shapes.length, MOST_SHAPES);
  }

  /** Whether a request of so many bytes may be sent, and has room. */
  #room(length: number, out: OutputBlock): RejectReason | typeof NEEDS_SPACE {
    if (FIXED_BYTES + length > this.#spec.maxRecordBytes) return RejectReason.tooLarge;
    return out.length + FIXED_BYTES + length > out.bytes.length ? NEEDS_SPACE : RejectReason.none;
  }

  /** Row by row. */
  encodeRun(): number {
    return 0;
  }

  /** Puts what stands around a body of `length` bytes that is in its place. */
  #frame(out: OutputBlock, ordinal: number, length: number): void {
    const { bytes } = out;
    bytes.set(RECORD_HEAD, out.length);
    const id = out.length + RECORD_HEAD.length;
    writeRecordId(this.#prefix, ordinal, bytes, id);
    bytes.set(BEFORE, id + RECORD_ID_LENGTH);
    bytes.set(BEHIND, out.length + HEAD_BYTES + length);
    out.length += FIXED_BYTES + length;
  }
}

/** The parsed line of a row that its reader took for JSON; undefined where it is none after all. */
export function rowValue(decoder: TextDecoder, { bytes, rowStart, rowEnd }: RowBatch, row: number): unknown {
  try {
    return JSON.parse(decoder.decode(bytes.subarray(rowStart[row], rowEnd[row])));
  } catch {
    return undefined;
  }
}
