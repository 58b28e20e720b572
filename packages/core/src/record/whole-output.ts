import type { Answer } from '../model/index.ts';
import { type ByteView, byteView, writeEscaped } from './escape-json.ts';
import { releaseBlock, takeBlock } from './kernel.ts';

const FIRST_BYTES = 1 << 14;
/** The id and all that stands around the answer, but for the stop reason, at most. */
const AROUND_BYTES = 256;
/** A letter of a stop reason may become a surrogate pair of escapes; the kernel writes up to 15 bytes behind what counts. */
const STOP_GROWTH = 6;
/** Valid JSON has line ends and tabs for its only control bytes, and these, quotes and backslashes are escaped by one byte more. */
const TEXT_GROWTH = 2;

const text = new TextEncoder();

/**
 * Writes outcome lines that have the whole `modelOutput`: its JSON, byte for byte, as the text of the response, so that whoever
 * reads outcomes reads these as well. One for each decoder; `release` it.
 */
export class WholeOutput {
  #block: ByteView = byteView(takeBlock(0));

  /** The line with its line end; overwritten by the next call. `from.bytes[start..end)` is valid JSON in UTF-8. */
  line(id: string, from: ByteView, start: number, end: number, answer: Answer | undefined): Uint8Array {
    const stop = answer?.stopReason ?? '';
    this.#makeRoom(AROUND_BYTES + STOP_GROWTH * stop.length + TEXT_GROWTH * (end - start));
    const { bytes } = this.#block;
    let at = put(bytes, 0, `{"id":"${id}","status":"succeeded","response":"`);
    at = writeEscaped(from, start, end, false, this.#block, at);
    at = put(
      bytes,
      at,
      `","stop":${JSON.stringify(stop)}${count('in', answer?.inputTokens)}${count('out', answer?.outputTokens)}}\n`,
    );
    return bytes.subarray(0, at);
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

function count(name: string, value: number | undefined): string {
  return value === undefined ? '' : `,"${name}":${value}`;
}

function put(bytes: Uint8Array, at: number, words: string): number {
  return at + text.encodeInto(words, bytes.subarray(at)).written;
}
