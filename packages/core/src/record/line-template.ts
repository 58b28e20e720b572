import type { PluckedAnswer } from './answer-plucker.ts';
import { type ByteView, byteView } from './escape-json.ts';
import { checkVector, hasEscape, skipSoundString, skipSpace, skipString, skipValue } from './json-scan.ts';
import { kernelFunctions, releaseBlock } from './kernel.ts';
import { type KernelSpans, kernelTemplate } from './kernel-lines.ts';
import type { OutputSpans } from './output-spans.ts';

/** What stands in a hole, and what it is to us. */
const Hole = {
  /** The inside of a string that nobody reads. */
  string: 0,
  /** A number that nobody reads. */
  number: 1,
  id: 2,
  text: 3,
  stop: 4,
  inputTokens: 5,
  outputTokens: 6,
  /** An array of numbers, brackets included. */
  vector: 7,
  /** The same, which nobody reads. */
  numbers: 8,
} as const;
type Hole = (typeof Hole)[keyof typeof Hole];

/** A line with more holes gains nothing. */
const MOST_HOLES = 48;

/** What a line says is put there; `found` is where the kernel puts it first. */
export interface LineFields {
  readonly spans: OutputSpans;
  readonly answer: PluckedAnswer;
  readonly found: KernelSpans;
}

/**
 * The shape of an output line, learnt from one that was read: all of its bytes but the values of its strings and numbers.
 * The lines of a job are alike, so nearly all of them are this template with other values, and comparing is several times
 * faster than walking. A line that matches has the same keys in the same places, hence the same meaning; any other line is
 * walked.
 */
export class LineTemplate {
  readonly #constants: readonly ByteView[];
  readonly #holes: Uint8Array;
  /** The same for the kernel. */
  readonly kernel: Uint8Array | undefined;

  private constructor(constants: readonly ByteView[], holes: Uint8Array) {
    this.#constants = constants;
    this.#holes = holes;
    this.kernel = kernelTemplate(constants, holes);
  }

  /** Learns from a line whose answer was plucked; undefined when its shape is of no use. */
  static learn(text: ByteView, start: number, end: number, spans: OutputSpans, answer: PluckedAnswer): LineTemplate | undefined {
    const constants: ByteView[] = [];
    const holes: Hole[] = [];
    let from = start;
    for (const { at, after } of values(text, start, end)) {
      // the word that makes it an answer has to stand in every line
      if (at === answer.wordStart) continue;
      if (holes.length === MOST_HOLES) return undefined;
      constants.push(byteView(text.bytes.slice(from, at)));
      holes.push(holeAt(text, at, spans, answer));
      from = after;
    }
    constants.push(byteView(text.bytes.slice(from, end)));
    return new LineTemplate(constants, Uint8Array.from(holes));
  }

  /**
   * Fills spans and answer from the line at `start` when it has this shape; the position after it. -1, and nothing of use in
   * them, when it has another shape or is longer than up to `end`.
   */
  match(text: ByteView, start: number, end: number, { spans, answer, found }: LineFields): number {
    const after =
      this.kernel !== undefined && text.address >= 0
        ? matchInKernel(this.kernel, text, start, end, found)
        : this.#matchHere(text, start, end, spans, answer);
    if (after < 0) return -1;
    if (this.kernel !== undefined && text.address >= 0) found.toLine(text, spans, answer);
    spans.outputStart = spans.errorStart = -1;
    spans.isPlucked = true;
    return after;
  }

  /** Gives the kernel's memory back. */
  release(): void {
    if (this.kernel !== undefined) releaseBlock(this.kernel);
  }

  #matchHere(text: ByteView, start: number, end: number, spans: OutputSpans, answer: PluckedAnswer): number {
    const holes = this.#holes;
    answer.stopStart = answer.inputTokens = answer.outputTokens = answer.packedBytes = -1;
    answer.isVector = false;
    let at = start;
    for (let h = 0; h < holes.length; h++) {
      const constant = this.#constants[h]!;
      if (!standsAt(text, at, end, constant)) return -1;
      at = fill(text, at + constant.bytes.length, end, holes[h] as Hole, spans, answer);
      if (at < 0) return -1;
    }
    const last = this.#constants[holes.length]!;
    return standsAt(text, at, end, last) ? at + last.bytes.length : -1;
  }
}

function matchInKernel(template: Uint8Array, { address }: ByteView, start: number, end: number, found: KernelSpans): number {
  const after = kernelFunctions().matchLine(template.byteOffset, address + start, address + end, found.address);
  return after === 0 ? -1 : after - address;
}

/**
 * The insides of all string values, all arrays of numbers and all other numbers of a line that is known to be whole, in order.
 * Keys are no values.
 */
function* values(text: ByteView, start: number, end: number): Iterable<{ at: number; after: number }> {
  const { bytes } = text;
  let i = start;
  while (i < end) {
    const byte = bytes[i]!;
    if (byte === 0x22) {
      const after = skipString(text, i + 1, end);
      if (after < 0) return;
      if (bytes[skipSpace(bytes, after, end)] !== 0x3a) yield { at: i + 1, after: after - 1 };
      i = after;
    } else if (byte === 0x2d || (byte >= 0x30 && byte <= 0x39)) {
      const after = skipValue(text, i, end);
      yield { at: i, after };
      i = after;
    } else {
      const after = byte === 0x5b ? skipValue(text, i, end) : -1;
      const isVector = after >= 0 && checkVector(text, i, after);
      if (isVector) yield { at: i, after };
      i = isVector ? after : i + 1;
    }
  }
}

function holeAt({ bytes }: ByteView, at: number, spans: OutputSpans, answer: PluckedAnswer): Hole {
  if (at === spans.idStart) return Hole.id;
  if (bytes[at] === 0x5b && bytes[at - 1] !== 0x22) return at === answer.valueStart ? Hole.vector : Hole.numbers;
  if (at === answer.valueStart + 1) return Hole.text;
  if (at === answer.stopStart) return Hole.stop;
  if (at === answer.inputStart) return Hole.inputTokens;
  if (at === answer.outputStart) return Hole.outputTokens;
  return bytes[at - 1] === 0x22 ? Hole.string : Hole.number;
}

/** Reads what stands in a hole; the position after it, -1 when it is of another kind. */
function fill(text: ByteView, at: number, end: number, hole: Hole, spans: OutputSpans, answer: PluckedAnswer): number {
  if (hole === Hole.number || hole === Hole.inputTokens || hole === Hole.outputTokens) {
    return fillNumber(text.bytes, at, end, hole, answer);
  }
  if (hole === Hole.vector || hole === Hole.numbers) return fillVector(text, at, end, hole, answer);
  const isCopied = hole === Hole.text || hole === Hole.stop;
  const after = (isCopied ? skipSoundString(text, at, end) : skipString(text, at, end)) - 1;
  if (after < 0) return -1;
  if (hole === Hole.text) {
    answer.valueStart = at - 1;
    answer.valueEnd = after + 1;
  } else if (hole === Hole.id) {
    spans.idStart = at;
    spans.idEnd = after;
  } else if (hole === Hole.stop) {
    if (hasEscape(text.bytes, at, after)) return -1;
    answer.stopStart = at;
    answer.stopEnd = after;
  }
  return after;
}

function fillVector(text: ByteView, at: number, end: number, hole: Hole, answer: PluckedAnswer): number {
  const after = text.bytes[at] === 0x5b ? skipValue(text, at, end) : -1;
  if (after < 0 || !checkVector(text, at, after)) return -1;
  if (hole === Hole.vector) {
    answer.valueStart = at;
    answer.valueEnd = after;
    answer.isVector = true;
  }
  return after;
}

function fillNumber(bytes: Uint8Array, at: number, end: number, hole: Hole, answer: PluckedAnswer): number {
  let i = at;
  let value = 0;
  while (i < end && bytes[i]! >= 0x30 && bytes[i]! <= 0x39) value = value * 10 + bytes[i++]! - 0x30;
  // what is no plain number of up to 15 digits is walked; so is a fraction, since the constant behind it does not match
  if (i === at || i - at > 15 || (i - at > 1 && bytes[at] === 0x30)) return -1;
  if (hole === Hole.inputTokens) answer.inputTokens = value;
  else if (hole === Hole.outputTokens) answer.outputTokens = value;
  return i;
}

function standsAt(text: ByteView, at: number, end: number, constant: ByteView): boolean {
  const length = constant.bytes.length;
  if (at + length > end) return false;
  let i = 0;
  for (const lastFour = length - 4; i <= lastFour; i += 4) {
    if (text.view.getInt32(at + i, true) !== constant.view.getInt32(i, true)) return false;
  }
  for (; i < length; i++) if (text.bytes[at + i] !== constant.bytes[i]) return false;
  return true;
}
