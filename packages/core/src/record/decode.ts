import { isBatchrockError } from '../errors/index.ts';
import { type Answer, type CompileSchema, FAMILY_FAILED, type Family, isTruncated, type SchemaCheck } from '../model/index.ts';
import { emptyAnswer, type PluckedAnswer, type Plucker, pluckerFor } from './answer-plucker.ts';
import { isCutOffReason } from './cut-off.ts';
import { isRetryable } from './error-class.ts';
import { type ByteView, byteView, copyBytes } from './escape-json.ts';
import { isSentinelOrdinal, ordinalOf, RECORD_ID_LENGTH, recordId, recordPrefixBytes, subIndexOf } from './ids.ts';
import { hasEscape, isUtf8 } from './json-scan.ts';
import { skipSoundValue } from './json-sound.ts';
import { judgedOutcome, parseExactly } from './judge-answer.ts';
import { KernelSpans, TakenLines, writeKernelOutcome } from './kernel-lines.ts';
import { LineChecks } from './line-checks.ts';
import { type LineFields, LineTemplate } from './line-template.ts';
import { encodeOutcome, type Outcome } from './outcome-line.ts';
import { badOutput, readError } from './output-failure.ts';
import { emptySpans, findSpans, type OutputSpans } from './output-spans.ts';
import { digits, put, putInteger } from './put-bytes.ts';
import { packInto } from './vector-pack.ts';
import { spanOf, type TextSpan, WholeOutput } from './whole-output.ts';

/** What a line of a job's output is, as far as its record id tells. */
export const LineKind = {
  /** No JSON object on a line of its own, such as one that was cut off. */
  malformed: 0,
  /** Not an id of this run. */
  foreign: 1,
  /** Padding of a job below the service's minimum. */
  sentinel: 2,
  record: 3,
} as const;
export type LineKind = (typeof LineKind)[keyof typeof LineKind];

/** Longer messages are cut: they may echo the whole prompt. */
const MAX_MESSAGE = 2_000;
/** Lines in a row that have to differ from the template before another is learnt. */
const LEARN_AFTER = 4;

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const HEAD = ascii('{"id":"');
const RESPONSE = ascii('","status":"succeeded","response":');
const EMBEDDING = ascii('","status":"succeeded","embedding":');
const STOP = ascii(',"stop":"');
const IN = ascii(',"in":');
const OUT = ascii(',"out":');

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Whose output is read, and what is kept of it. */
export interface DecoderOptions {
  readonly family: Family;
  readonly recordPrefix: string;
  readonly whole?: boolean | undefined;
  readonly check?: SchemaCheck | undefined;
  /** Whole outputs: makes checks of the schemas that the requests ask for, each by its own. */
  readonly compile?: CompileSchema | undefined;
}

/**
 * Reads the lines of a job's output, one at a time: `scan` says what a line is, `decode` what became of its record, `write`
 * puts that down as an outcome line. Answers of the usual shape are copied byte by byte; all others go through
 * `JSON.parse` and the family. Keeps hold of the last line's bytes until the next `scan`.
 */
export class OutputDecoder {
  /** Of the scanned line, when it is a record or a sentinel. */
  ordinal = -1;
  sub = 0;
  /** Of the decoded line. */
  succeeded = false;
  truncated = false;
  retry = false;
  /** -1 when the answer does not say it. */
  inputTokens = -1;
  outputTokens = -1;
  /** Bytes that `write` will write. */
  size = 0;
  /** What `takeLines` took. */
  readonly taken: TakenLines;

  readonly #family: Family;
  readonly #prefix: Uint8Array;
  readonly #prefixText: string;
  readonly #pluck: Plucker;
  readonly #spans: OutputSpans = emptySpans();
  readonly #answer: PluckedAnswer = emptyAnswer();
  readonly #found: KernelSpans;
  readonly #fields: LineFields;
  /** The block of the line, with a view that is made once for a block. */
  #text: ByteView = byteView(new Uint8Array(0));
  #template: LineTemplate | undefined;
  /** Where a line begins that `lineEnd` has matched; -1 when the last one did not match. */
  #matchedFrom = -1;
  /** Lines in a row that did not have the shape of the template. */
  #misses = 0;
  /** The spans that the kernel found are those of the line. */
  #inKernel = false;
  /** The block that was written to last. */
  #out: ByteView = this.#text;
  /** The parsed line, when only a parser can tell its keys. */
  #parsed: Record<string, unknown> | undefined;
  /** The outcome line, when it could not be copied from spans. */
  #line: Uint8Array | undefined;
  /** Keeps the whole `modelOutput` of an answer. */
  readonly #whole: WholeOutput | undefined;

  /** Says whether an answer is what it has to be; then every answer is parsed. */
  readonly #check: SchemaCheck | undefined;
  readonly #checks: LineChecks | undefined;
  /** Where the scanned line is. */
  #lineStart = 0;
  #lineEnd = 0;

  /**
   * `whole`: an outcome has the JSON text of the `modelOutput` for its response; default: the answer in it. `check`: an answer that
   * does not pass is a failure.
   */
  constructor(options: DecoderOptions) {
    this.#check = options.check;
    this.#checks = options.compile && new LineChecks(options.compile);
    this.#family = options.family;
    this.#prefixText = options.recordPrefix;
    this.#prefix = recordPrefixBytes(options.recordPrefix);
    this.#whole = options.whole ? new WholeOutput() : undefined;
    this.taken = new TakenLines(this.#prefix);
    this.#found = new KernelSpans(options.family.task === 'embedding' && !options.whole);
    this.#fields = { spans: this.#spans, answer: this.#answer, found: this.#found };
    this.#pluck =
      options.check === undefined && options.compile === undefined ? pluckerFor(options.family.name, this.#answer) : () => -1;
  }

  /**
   * Where the line that begins at `from` ends, its LF; -1 unless it has the shape of those before it. What was found of it is
   * kept for the `scan` that follows.
   */
  readonly lineEnd = (bytes: Uint8Array, from: number, to: number): number => {
    if (this.#template === undefined) return -1;
    if (this.#text.bytes !== bytes) this.#text = byteView(bytes);
    const end = this.#template.match(this.#text, from, to, this.#fields);
    this.#matchedFrom = end >= 0 && end < to && bytes[end] === 10 ? from : -1;
    return this.#matchedFrom < 0 ? -1 : end;
  };

  /**
   * Takes the lines from `from` on, as long as they are records with an answer in the shape of those before them: their outcome
   * lines go to `out[at..limit)`, one behind the other, and `taken` says what they are. The place of the line to `scan` next,
   * at once the first where the last line that was scanned had another shape.
   */
  takeLines(bytes: Uint8Array, from: number, to: number, out: Uint8Array, at: number, limit: number): number {
    this.taken.count = 0;
    const template = this.#template?.kernel;
    if (template === undefined || this.#misses > 0 || at >= limit) return from;
    if (this.#text.bytes !== bytes) this.#text = byteView(bytes);
    if (this.#out.bytes !== out) this.#out = byteView(out);
    return this.taken.take(template, this.#found, { text: this.#text, from, end: to, to: this.#out, at, limit });
  }

  /** True when the answer of a line that was taken was cut off. */
  isTakenCutOff(line: number): boolean {
    const length = this.taken.stopLength(line);
    if (length === 0) return false;
    const start = this.taken.stopStart(line);
    return isCutOffReason(this.#text.bytes, start, start + length);
  }

  /** Finds the parts of the line `bytes[start..end)`, line end left out. */
  scan(bytes: Uint8Array, start: number, end: number): LineKind {
    const isMatched = this.#matchedFrom === start && this.#text.bytes === bytes;
    this.#matchedFrom = -1;
    this.#lineStart = start;
    this.#lineEnd = end;
    if (this.#text.bytes !== bytes) this.#text = byteView(bytes);
    this.#parsed = this.#line = undefined;
    const spans = this.#spans;
    this.#inKernel = this.#text.address >= 0;
    if (isMatched || this.#template?.match(this.#text, start, end, this.#fields) === end) this.#misses = 0;
    else {
      this.#inKernel = false;
      const found = findSpans(this.#text, start, end, spans, this.#pluck);
      if (found === 'malformed') return LineKind.malformed;
      if (found === 'odd') return this.#scanParsed(start, end);
      this.#learn(start, end);
    }
    if (spans.idStart >= 0 && hasEscape(bytes, spans.idStart, spans.idEnd)) return this.#scanParsed(start, end);
    if (spans.idEnd - spans.idStart !== RECORD_ID_LENGTH) return LineKind.foreign;
    return this.#identify(bytes, spans.idStart);
  }

  /** Takes the shape of a line that was walked for that of the lines to come, when several did not have the last one. */
  #learn(start: number, end: number): void {
    this.#misses += 1;
    // a template tells neither where a whole answer ends nor whether all of it is sound
    if (this.#whole !== undefined) return;
    if (!this.#spans.isPlucked || (this.#template !== undefined && this.#misses < LEARN_AFTER)) return;
    this.#template?.release();
    this.#template = LineTemplate.learn(this.#text, start, end, this.#spans, this.#answer);
    this.#misses = 0;
  }

  #scanParsed(start: number, end: number): LineKind {
    this.#parsed = parseObject(this.#text.bytes, start, end);
    if (this.#parsed === undefined) return LineKind.malformed;
    const id = this.#parsed['recordId'];
    if (typeof id !== 'string' || id.length !== RECORD_ID_LENGTH || !/^[0-9a-z]*$/.test(id)) return LineKind.foreign;
    return this.#identify(ascii(id), 0);
  }

  #identify(bytes: Uint8Array, at: number): LineKind {
    this.ordinal = ordinalOf(bytes, at, this.#prefix);
    if (this.ordinal < 0) return LineKind.foreign;
    this.sub = subIndexOf(bytes, at);
    return isSentinelOrdinal(this.ordinal) ? LineKind.sentinel : LineKind.record;
  }

  /** Finds out what became of the record. After a `scan` that said `record`. */
  decode(): void {
    this.truncated = this.retry = false;
    this.inputTokens = this.outputTokens = -1;
    if (this.#parsed === undefined && this.#spans.isPlucked && this.#keepPlucked()) return;
    try {
      this.#read();
    } catch (error) {
      // a family of a user's project has failed on it
      if (!isBatchrockError(error) || error.code !== 'BR-E0132') throw error;
      this.succeeded = this.truncated = false;
      this.#keep({ ...this.#failed(FAMILY_FAILED, error.message), retry: false });
    }
  }

  #read(): void {
    const parsed = this.#parsed ?? this.#parseSpans();
    if (this.#whole !== undefined && parsed['modelOutput'] != null) {
      this.#keepWhole(this.#whole, parsed['modelOutput']);
      return;
    }
    const answer = parsed['modelOutput'] == null ? undefined : this.#family.answer(parsed['modelOutput']);
    if (answer === undefined) this.#keep(this.#failure(parsed));
    else if (this.#check === undefined) this.#keep(this.#success(answer));
    else this.#keep(this.#judged(parsed['modelOutput'], answer, this.#check));
  }

  /** An answer that has to be by a schema. */
  #judged(modelOutput: unknown, answer: Answer, check: SchemaCheck): Outcome {
    const success = this.#success(answer);
    const outcome = judgedOutcome(success, { family: this.#family, modelOutput, answer, check });
    if (outcome.status !== 'succeeded') this.truncated = false;
    return outcome.status === 'failed' ? { ...outcome, message: outcome.message.slice(0, MAX_MESSAGE) } : outcome;
  }

  /** Writes the outcome line with its line end at `out[at]`: `size` bytes. */
  write(out: Uint8Array, at: number): number {
    if (this.#line !== undefined) {
      out.set(this.#line, at);
      return at + this.#line.length;
    }
    const { valueStart, valueEnd, packedBytes, isVector, stopStart, stopEnd, inputTokens, outputTokens } = this.#answer;
    if (this.#out.bytes !== out) this.#out = byteView(out);
    if (this.#inKernel && this.#out.address >= 0) return writeKernelOutcome(this.#found, this.#out, at);
    let i = put(out, at, HEAD);
    i = copyBytes(this.#text, this.#spans.idStart, this.#spans.idEnd, this.#out, i);
    i = put(out, i, isVector ? EMBEDDING : RESPONSE);
    if (packedBytes >= 0) i = copyBytes(this.#found.packed, 0, packedBytes, this.#out, i);
    else i = copyBytes(this.#text, valueStart, valueEnd, this.#out, i);
    i = put(out, i, STOP);
    if (stopStart >= 0) i = copyBytes(this.#text, stopStart, stopEnd, this.#out, i);
    out[i++] = 0x22;
    if (inputTokens >= 0) i = putInteger(out, put(out, i, IN), inputTokens);
    if (outputTokens >= 0) i = putInteger(out, put(out, i, OUT), outputTokens);
    out[i] = 0x7d;
    out[i + 1] = 0x0a;
    return i + 2;
  }

  /** Gives the kernel's memory back. */
  close(): void {
    this.#template?.release();
    this.#template = undefined;
    this.taken.release();
    this.#found.release();
    this.#whole?.release();
  }

  /** False when a parser has to look at a whole answer. */
  #keepPlucked(): boolean {
    const answer = this.#answer;
    const stopLength = answer.stopStart < 0 ? 0 : answer.stopEnd - answer.stopStart;
    if (this.#whole !== undefined && !this.#isSound()) return false;
    this.succeeded = true;
    this.inputTokens = answer.inputTokens;
    this.outputTokens = answer.outputTokens;
    this.truncated = stopLength > 0 && isCutOffReason(this.#text.bytes, answer.stopStart, answer.stopEnd);
    if (this.#whole !== undefined) {
      const { outputStart, outputEnd } = this.#spans;
      const stop = stopLength === 0 ? undefined : this.#span(answer.stopStart, answer.stopEnd);
      this.#writeWhole(this.#whole, this.#span(outputStart, outputEnd), stop);
      return true;
    }
    if (answer.isVector && answer.packedBytes < 0) answer.packedBytes = this.#pack(answer.valueStart, answer.valueEnd);
    this.size =
      HEAD.length +
      RECORD_ID_LENGTH +
      (answer.isVector ? EMBEDDING : RESPONSE).length +
      (answer.packedBytes < 0 ? answer.valueEnd - answer.valueStart : answer.packedBytes) +
      STOP.length +
      stopLength +
      (answer.inputTokens < 0 ? 0 : IN.length + digits(answer.inputTokens)) +
      (answer.outputTokens < 0 ? 0 : OUT.length + digits(answer.outputTokens)) +
      3;
    return true;
  }

  #isSound(): boolean {
    const { outputStart, outputEnd } = this.#spans;
    return skipSoundValue(this.#text, outputStart, outputEnd) === outputEnd;
  }

  #span(start: number, end: number): TextSpan {
    return { text: this.#text, start, end };
  }

  #writeWhole(whole: WholeOutput, output: TextSpan, stop: TextSpan | undefined): void {
    const { inputTokens, outputTokens } = this;
    const { idStart, idEnd } = this.#spans;
    const hasId = this.#parsed === undefined;
    const id = hasId ? this.#span(idStart, idEnd) : spanOf(recordId(this.#prefixText, this.ordinal, this.sub));
    this.#line = whole.line({ id, output, stop, inputTokens, outputTokens });
    this.size = this.#line.length;
  }

  /** Bytes of the packed vector, quotes included; -1 when it stays text. */
  #pack(start: number, end: number): number {
    const { packed } = this.#found;
    const { bytes } = packed;
    const after = bytes.length === 0 ? -1 : packInto(this.#text, start, end, packed, 1);
    if (after < 0) return -1;
    bytes[0] = bytes[after] = 0x22;
    return after + 1;
  }

  #parseSpans(): Record<string, unknown> {
    const { outputStart, outputEnd, errorStart, errorEnd } = this.#spans;
    return {
      modelOutput:
        outputStart < 0 ? undefined : parseValue(this.#text.bytes, outputStart, outputEnd, this.#check && parseExactly),
      error: errorStart < 0 ? undefined : parseValue(this.#text.bytes, errorStart, errorEnd),
    };
  }

  #success(answer: Answer): Outcome & { readonly status: 'succeeded' } {
    const { text: response, stopReason: stop, ...rest } = answer;
    this.truncated = isTruncated(stop);
    this.inputTokens = answer.inputTokens ?? -1;
    this.outputTokens = answer.outputTokens ?? -1;
    return { id: recordId(this.#prefixText, this.ordinal, this.sub), status: 'succeeded', ...rest, response, stop };
  }

  /** An object is an answer, whatever the family reads in it. */
  #keepWhole(whole: WholeOutput, modelOutput: unknown): void {
    const span = this.#outputSpan(modelOutput);
    if (span === undefined) {
      this.#keep(this.#failure({ modelOutput }));
      return;
    }
    const answer = this.#family.answer(modelOutput);
    const failure = answer && this.#checks && this.#failureByLine(this.#checks, modelOutput, answer);
    if (failure !== undefined) {
      this.#keep(failure);
      return;
    }
    this.succeeded = true;
    this.truncated = isTruncated(answer?.stopReason ?? '');
    this.inputTokens = answer?.inputTokens ?? -1;
    this.outputTokens = answer?.outputTokens ?? -1;
    const stop = answer === undefined ? undefined : spanOf(JSON.stringify(answer.stopReason).slice(1, -1));
    this.#writeWhole(whole, span, stop);
  }

  /** What the request asks for stands in the line, which nothing else needs to be parsed for. */
  #failureByLine(checks: LineChecks, modelOutput: unknown, answer: Answer): Outcome | undefined {
    const line = this.#parsed ?? parseObject(this.#text.bytes, this.#lineStart, this.#lineEnd);
    const success = this.#success(answer);
    const failure = checks.failureOf(success, { family: this.#family, modelInput: line?.['modelInput'], modelOutput, answer });
    if (failure !== undefined) this.truncated = false;
    return failure;
  }

  /** Where the `modelOutput` stands; undefined when it is no object, or not UTF-8. */
  #outputSpan(modelOutput: unknown): TextSpan | undefined {
    if (typeof modelOutput !== 'object' || Array.isArray(modelOutput)) return undefined;
    if (this.#parsed !== undefined) {
      // keys with escapes: the value is the same, and its bytes are ours
      return spanOf(JSON.stringify(modelOutput));
    }
    const { outputStart: start, outputEnd: end } = this.#spans;
    return isUtf8(this.#text, start, end) ? this.#span(start, end) : undefined;
  }

  #failure(parsed: Record<string, unknown>): Outcome {
    const { code, message } =
      parsed['error'] == null ? badOutput(parsed['modelOutput'], this.#family.name) : readError(parsed['error']);
    return this.#failed(code, message);
  }

  #failed(code: string, message: string): Outcome & { readonly status: 'failed' } {
    const id = recordId(this.#prefixText, this.ordinal, this.sub);
    return { id, status: 'failed', code, message: message.slice(0, MAX_MESSAGE), retry: isRetryable(code, message) };
  }

  #keep(outcome: Outcome): void {
    this.succeeded = outcome.status === 'succeeded';
    this.retry = outcome.status === 'failed' && outcome.retry;
    this.#line = encodeOutcome(outcome);
    this.size = this.#line.length;
  }
}

/** Undefined when it is no JSON; the text itself is what the message then shows. */
function parseValue(bytes: Uint8Array, start: number, end: number, parse: (text: string) => unknown = JSON.parse): unknown {
  const text = utf8.decode(bytes.subarray(start, end));
  try {
    return parse(text);
  } catch {
    return text;
  }
}

function parseObject(bytes: Uint8Array, start: number, end: number): Record<string, unknown> | undefined {
  const value = parseValue(bytes, start, end);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
}
