import { type ByteView, byteView, copyBytes, writeEscaped } from './escape-json.ts';
import { releaseBlock, takeBlock } from './kernel.ts';
import { put, putInteger } from './put-bytes.ts';

/** `text.bytes[start..end)`. */
export interface TextSpan {
  readonly text: ByteView;
  readonly start: number;
  readonly end: number;
}

/** What an outcome line with a whole answer is made of. */
export interface WholeAnswer {
  readonly id: TextSpan;
  /** The `modelOutput`: valid JSON in UTF-8. */
  readonly output: TextSpan;
  /** The inside of a JSON string; absent where there is none. */
  readonly stop: TextSpan | undefined;
  /** -1 when the answer does not say it. */
  readonly inputTokens: number;
  readonly outputTokens: number;
}

const FIRST_BYTES = 1 << 14;
/** The id, all that stands around the answer, and what the kernel writes behind what counts, at most. */
const AROUND_BYTES = 256;
/** Valid JSON has line ends and tabs for its only control bytes, and these, quotes and backslashes are escaped by one byte more. */
const TEXT_GROWTH = 2;

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const HEAD = ascii('{"id":"');
const RESPONSE = ascii('","status":"succeeded","response":"');
const STOP = ascii('","stop":"');
const QUOTE = ascii('"');
const IN = ascii(',"in":');
const OUT = ascii(',"out":');
const END = ascii('}\n');

/**
 * Writes outcome lines that have the whole `modelOutput`: its JSON, byte for byte, as the text of the response, so that whoever
 * reads outcomes reads these as well. One for each decoder; `release` it.
 */
export class WholeOutput {
  #block: ByteView = byteView(takeBlock(0));

  /** The line with its line end; overwritten by the next call. */
  line({ id, output, stop, inputTokens, outputTokens }: WholeAnswer): Uint8Array {
    const stopBytes = stop === undefined ? 0 : stop.end - stop.start;
    this.#makeRoom(AROUND_BYTES + stopBytes + TEXT_GROWTH * (output.end - output.start));
    const to = this.#block;
    const { bytes } = to;
    let at = put(bytes, 0, HEAD);
    at = copyBytes(id.text, id.start, id.end, to, at);
    at = put(bytes, at, RESPONSE);
    at = writeEscaped(output.text, output.start, output.end, false, to, at);
    at = put(bytes, at, STOP);
    if (stop !== undefined) at = copyBytes(stop.text, stop.start, stop.end, to, at);
    at = put(bytes, at, QUOTE);
    if (inputTokens >= 0) at = putInteger(bytes, put(bytes, at, IN), inputTokens);
    if (outputTokens >= 0) at = putInteger(bytes, put(bytes, at, OUT), outputTokens);
    return bytes.subarray(0, put(bytes, at, END));
  }

  /** Gives the kernel's memory back. */
  release(): void {
    releaseBlock(this.#block.bytes);
    this.#block = byteView(new Uint8Array(0));
  }

  #makeRoom(bytes: number): void {
    if (this.#block.bytes.length >= bytes) return;
    releaseBlock(this.#block.bytes);
    this.#block = byteView(takeBlock(Math.max(FIRST_BYTES, 2 * bytes)));
  }
}

/** The bytes of a text as a span. */
export function spanOf(text: string): TextSpan {
  const bytes = new TextEncoder().encode(text);
  return { text: byteView(bytes), start: 0, end: bytes.length };
}
