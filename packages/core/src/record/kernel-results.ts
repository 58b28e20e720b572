import { type ByteView, byteView, writeEscaped } from './escape-json.ts';
import { addressOf, kernelFunctions, releaseBlock, takeBlock } from './kernel.ts';
import type { OutcomeSpans } from './outcome-spans.ts';

/** Pieces of text that are written again and again, side by side where the kernel can read them. `release` them. */
export class LiteralBlock {
  readonly views: readonly ByteView[];
  readonly #block: Uint8Array;

  constructor(pieces: readonly Uint8Array[]) {
    this.#block = takeBlock(pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    this.views = pieces.map((piece) => {
      this.#block.set(piece, at);
      at += piece.length;
      return byteView(this.#block.subarray(at - piece.length, at));
    });
  }

  release(): void {
    releaseBlock(this.#block);
  }
}

/**
 * Writes a literal, then the text `from.bytes[start..end)` as a JSON string; the offset behind it. `doubled` and the room that
 * there has to be: see `writeEscaped`.
 */
export function writeJsonCell(
  literal: ByteView,
  from: ByteView,
  start: number,
  end: number,
  doubled: boolean,
  to: ByteView,
  at: number,
): number {
  const { address, bytes } = literal;
  if (address >= 0 && from.address >= 0 && to.address >= 0) {
    const { jsonCell } = kernelFunctions();
    return jsonCell(address, bytes.length, from.address + start, from.address + end, doubled, to.address + at) - to.address;
  }
  for (let i = 0; i < bytes.length; i++) to.bytes[at + i] = bytes[i]!;
  at += bytes.length;
  to.bytes[at] = 0x22;
  at = writeEscaped(from, start, end, doubled, to, at + 1);
  to.bytes[at] = 0x22;
  return at + 1;
}

/** The five literals of a JSON object around an answer's value, stop reason and counts, as the kernel reads them. */
export class AnswerLiterals {
  readonly #table: Uint8Array;
  readonly #address: number;

  /** In the kernel's memory for as long as this is used. */
  constructor(literals: readonly ByteView[]) {
    this.#table = takeBlock(8 * literals.length);
    this.#address = literals.every((literal) => literal.address >= 0) ? addressOf(this.#table) : -1;
    const words = new Uint32Array(this.#table.buffer, this.#table.byteOffset, 2 * literals.length);
    literals.forEach(({ address, bytes }, i) => {
      words[2 * i] = address;
      words[2 * i + 1] = bytes.length;
    });
  }

  /** Writes literals and answer; the offset behind the last literal. -1, and nothing written, where the kernel cannot. */
  write(outcome: OutcomeSpans, to: ByteView, at: number): number {
    const { address } = outcome.text;
    if (this.#address < 0 || address < 0 || to.address < 0) return -1;
    const after = kernelFunctions().jsonAnswer(
      this.#address,
      address + outcome.valueStart,
      address + outcome.valueEnd,
      address + outcome.stopStart,
      address + outcome.stopEnd,
      outcome.inputTokens,
      outcome.outputTokens,
      to.address + at,
    );
    return after - to.address;
  }

  release(): void {
    releaseBlock(this.#table);
  }
}

/**
 * Writes the text of the JSON string whose inside is `from.bytes[start..end)` as a cell of CSV, quoted when it has to be; the
 * offset behind it. -1, and nothing written, where the kernel cannot. There must be room for twice as much and 2 bytes.
 */
export function writeCsvCell(from: ByteView, start: number, end: number, delimiter: number, to: ByteView, at: number): number {
  if (from.address < 0 || to.address < 0) return -1;
  return kernelFunctions().csvCell(from.address + start, from.address + end, delimiter, to.address + at) - to.address;
}

/**
 * Writes a text answer behind a row of CSV, from its delimiter to the one before the record id; the offset behind that. `literal`
 * stands between the answer and the stop reason. -1, and nothing written, where the kernel cannot. There must be room for twice
 * the outcome and what is around its cells.
 */
export function writeCsvAnswer(outcome: OutcomeSpans, literal: ByteView, delimiter: number, to: ByteView, at: number): number {
  const { address } = outcome.text;
  if (literal.address < 0 || address < 0 || to.address < 0) return -1;
  const after = kernelFunctions().csvAnswer(
    // without the quotes of the JSON string
    address + outcome.valueStart + 1,
    address + outcome.valueEnd - 1,
    literal.address,
    literal.bytes.length,
    address + outcome.stopStart,
    address + outcome.stopEnd,
    outcome.inputTokens,
    outcome.outputTokens,
    delimiter,
    to.address + at,
  );
  return after - to.address;
}
