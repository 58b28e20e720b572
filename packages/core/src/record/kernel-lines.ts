import type { PluckedAnswer } from './answer-plucker.ts';
import { type ByteView, byteView } from './escape-json.ts';
import { addressOf, kernelFunctions, releaseBlock, takeBlock } from './kernel.ts';
import type { OutcomeSpans } from './outcome-spans.ts';
import type { OutputSpans } from './output-spans.ts';
import { MAX_PACKED_NUMBERS, PACKED_NUMBER } from './vector-pack.ts';

/**
 * Bytes of the kernel's spans: six addresses of 4 bytes, the two counts and the ordinal, 8 bytes each, then whether it is a
 * vector, and from where to where packed ones go, 4 bytes each.
 */
const SPANS_BYTES = 64;
/** Behind packed numbers: two quotes, and what the kernel writes more. */
const PACKED_SLACK = 32;
const IS_VECTOR = 12;
const SCRATCH = 13;
const SCRATCH_END = 14;
/** Where the literals of an outcome line stand in their block, as `kernel/byte-kernel.ts` has it. */
const LITERALS = [
  [0, '{"id":"'],
  [16, '","status":"succeeded","response":'],
  [64, ',"stop":"'],
  [80, ',"in":'],
  [96, ',"out":'],
  [112, '","status":"succeeded","embedding":'],
] as const;
const LITERALS_BYTES = 160;

/** What the kernel found in a line, all of it addresses. One for each reader of lines; `release` it. */
export class KernelSpans {
  readonly #block: Uint8Array = takeBlock(SPANS_BYTES);
  /** -1 where there is no kernel. */
  readonly address: number = addressOf(this.#block);
  /** Of the id, the value and the stop reason: start and end. */
  readonly at: Int32Array = new Int32Array(this.#block.buffer, this.#block.byteOffset, SPANS_BYTES / 4);
  /** Input tokens, output tokens, ordinal. */
  readonly numbers: Float64Array = new Float64Array(this.#block.buffer, this.#block.byteOffset + 24, 3);

  /** Where the packed vector of the line goes, quotes included. */
  readonly packed: ByteView;

  /** `vectors`: the lines have vectors. */
  constructor(vectors = false) {
    this.packed = byteView(takeBlock(vectors ? PACKED_NUMBER * MAX_PACKED_NUMBERS + PACKED_SLACK : 0));
    this.at[SCRATCH] = this.packed.address;
    this.at[SCRATCH_END] = this.packed.address + this.packed.bytes.length;
  }

  /** Puts what `matchLine` found in a block into spans and answer. */
  toLine({ address }: ByteView, spans: OutputSpans, answer: PluckedAnswer): void {
    const { at, numbers } = this;
    spans.idStart = at[0]! - address;
    spans.idEnd = at[1]! - address;
    answer.valueStart = at[2]! - address;
    answer.valueEnd = at[3]! - address;
    answer.stopStart = at[4] === 0 ? -1 : at[4]! - address;
    answer.stopEnd = at[5]! - address;
    answer.inputTokens = numbers[0]!;
    answer.outputTokens = numbers[1]!;
    answer.isVector = at[IS_VECTOR] === 1;
    answer.packedBytes = answer.isVector ? at[3]! - at[2]! : -1;
  }

  /** Puts what `readSucceeded` found in the spans' block into them. */
  toOutcome(outcome: OutcomeSpans): void {
    const { at, numbers } = this;
    const { address } = outcome.text;
    outcome.valueStart = at[2]! - address;
    outcome.valueEnd = at[3]! - address;
    outcome.stopStart = at[4]! - address;
    outcome.stopEnd = at[5]! - address;
    outcome.inputTokens = numbers[0]!;
    outcome.outputTokens = numbers[1]!;
    outcome.ordinal = numbers[2]!;
    outcome.isEmbedding = at[IS_VECTOR] === 1;
  }

  release(): void {
    releaseBlock(this.#block);
    releaseBlock(this.packed.bytes);
  }
}

/** A template as `matchLine` reads it, in the kernel's memory; undefined where there is none. `releaseBlock` it. */
export function kernelTemplate(constants: readonly ByteView[], holes: Uint8Array): Uint8Array | undefined {
  const padded = (constant: ByteView) => 16 + ((constant.bytes.length + 15) & ~15);
  const block = takeBlock(constants.reduce((sum, constant) => sum + padded(constant), 16));
  if (addressOf(block) < 0) return undefined;
  const words = new Int32Array(block.buffer, block.byteOffset, block.length / 4);
  words[0] = holes.length;
  let at = 16;
  constants.forEach((constant, i) => {
    words[at / 4] = holes[i] ?? 0;
    words[at / 4 + 1] = constant.bytes.length;
    block.set(constant.bytes, at + 16);
    at += padded(constant);
  });
  return block;
}

let literals: Uint8Array | undefined;

/** The address of the literals of an outcome line. Where there is a kernel. */
export function literalsAddress(): number {
  if (literals === undefined) {
    literals = takeBlock(LITERALS_BYTES);
    for (const [at, text] of LITERALS) for (let i = 0; i < text.length; i++) literals[at + i] = text.charCodeAt(i);
  }
  return literals.byteOffset;
}

/** Writes the outcome line of the line that `matchLine` found last; the offset behind it. */
export function writeKernelOutcome(spans: KernelSpans, out: ByteView, at: number): number {
  return kernelFunctions().outcomeLine(spans.address, literalsAddress(), out.address + at) - out.address;
}

/** Most lines that are taken at once. */
const MOST_TAKEN = 1_024;
/** What the kernel says of each: ordinal and counts, 8 bytes each, then where its outcome line and stop reason are, 4 bytes each. */
const TAKEN_BYTES = 40;

/** Where lines are taken from, and where their outcome lines go: `to[at..limit)`. */
export interface LinesToTake {
  readonly text: ByteView;
  readonly from: number;
  readonly end: number;
  readonly to: ByteView;
  readonly at: number;
  readonly limit: number;
}

/** Lines of a job's output that the kernel wrote as outcome lines, in one call. `release` it. */
export class TakenLines {
  count = 0;
  readonly #table: Uint8Array = takeBlock(TAKEN_BYTES * MOST_TAKEN);
  readonly #numbers = new Float64Array(this.#table.buffer, this.#table.byteOffset, this.#table.length / 8);
  readonly #words = new Int32Array(this.#table.buffer, this.#table.byteOffset, this.#table.length / 4);
  readonly #prefix: number;
  #text = 0;
  #to = 0;

  /** `prefix`: the two bytes that the ids of the run begin with. */
  constructor(prefix: Uint8Array) {
    this.#prefix = prefix[0]! | (prefix[1]! << 8);
  }

  /** Takes lines of the template's shape; the place of the first that was not taken. All that is said of others is void. */
  take(template: Uint8Array, found: KernelSpans, { text, from, end, to, at, limit }: LinesToTake): number {
    this.count = 0;
    const table = addressOf(this.#table);
    if (text.address < 0 || to.address < 0 || table < 0) return from;
    this.#text = text.address;
    this.#to = to.address;
    const kernel = kernelFunctions();
    const next = kernel.collectLines(
      template.byteOffset,
      text.address + from,
      text.address + end,
      found.address,
      literalsAddress(),
      this.#prefix,
      to.address + at,
      to.address + limit,
      table,
      table + this.#table.length,
    );
    this.count = kernel.linesCollected();
    return next - text.address;
  }

  ordinal(line: number): number {
    return this.#numbers[5 * line]!;
  }

  /** -1 when the line does not say it. */
  inputTokens(line: number): number {
    return this.#numbers[5 * line + 1]!;
  }

  outputTokens(line: number): number {
    return this.#numbers[5 * line + 2]!;
  }

  /** Of the outcome line, in the block that it was written to. */
  start(line: number): number {
    return this.#words[10 * line + 6]! - this.#to;
  }

  length(line: number): number {
    return this.#words[10 * line + 7]!;
  }

  /** Of the stop reason, in the text; of no meaning where it has no length. */
  stopStart(line: number): number {
    return this.#words[10 * line + 8]! - this.#text;
  }

  stopLength(line: number): number {
    return this.#words[10 * line + 9]!;
  }

  release(): void {
    releaseBlock(this.#table);
  }
}
