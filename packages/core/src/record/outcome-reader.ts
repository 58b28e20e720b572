import { byteView } from './escape-json.ts';
import { kernelFunctions } from './kernel.ts';
import { KernelSpans, literalsAddress } from './kernel-lines.ts';
import { emptyOutcomeSpans, type OutcomeSpans, OutcomeStatus, readOutcome } from './outcome-spans.ts';

/**
 * Reads outcome lines, one after the other, into the same `spans`. Lines of answers that lie in the kernel's memory are read
 * by the kernel, which finds their ends on the way; all others by `readOutcome`. `close` it.
 */
export class OutcomeReader {
  readonly spans: OutcomeSpans = emptyOutcomeSpans();
  readonly #found = new KernelSpans();
  /** Where the line begins that `lineEnd` has read; -1 when it has not. */
  #readFrom = -1;

  /** Where the line that begins at `from` ends, its LF; -1 when it is not known. What was read is kept for `read`. */
  readonly lineEnd = (bytes: Uint8Array, from: number, to: number): number => {
    const { spans } = this;
    this.#readFrom = -1;
    if (spans.bytes !== bytes) {
      spans.text = byteView(bytes);
      spans.bytes = bytes;
    }
    const { address } = spans.text;
    if (address < 0) return -1;
    const end = kernelFunctions().readSucceeded(address + from, address + to, this.#found.address, literalsAddress());
    if (end === 0) return -1;
    this.#readFrom = from;
    return end - address;
  };

  /** Reads `bytes[start..end)` into `spans`; false when it is damaged. */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    const { spans } = this;
    if (this.#readFrom !== start || spans.bytes !== bytes) return readOutcome(bytes, start, end, spans);
    this.#readFrom = -1;
    spans.start = start;
    spans.end = end;
    spans.idStart = start + 7;
    spans.status = OutcomeStatus.succeeded;
    this.#found.toOutcome(spans);
    return true;
  }

  close(): void {
    this.#found.release();
  }
}
