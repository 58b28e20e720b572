import { invariant } from '../errors/index.ts';
import type { ScratchFile } from '../ports/index.ts';

/** A line that is held: `bytes[start..end)`. */
export interface HeldLine {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

const WRITE_BYTES = 1 << 16;
/** What is read at once for lines that lie close to one another. */
const READ_BYTES = 1 << 16;

/** Lines that are put aside in a temporary file, one after another, and read in any order, many at a time. */
export class LinesAside {
  readonly #file: ScratchFile;
  #out = new Uint8Array(WRITE_BYTES);
  /** Bytes in `out`, and those that are written. */
  #used = 0;
  #written = 0;

  /** `file`: an empty one, for these lines alone. */
  constructor(file: ScratchFile) {
    this.#file = file;
  }

  /** Puts a line behind those before; where it is. */
  async put(bytes: Uint8Array, start: number, end: number): Promise<number> {
    const size = end - start;
    if (this.#used + size > this.#out.length) await this.#write();
    const at = this.#written + this.#used;
    if (size > this.#out.length) {
      await this.#file.append(bytes.subarray(start, end));
      this.#written += size;
      return at;
    }
    this.#out.set(bytes.subarray(start, end), this.#used);
    this.#used += size;
    return at;
  }

  /** Writes what is not written: before anything is read, and behind the last line. */
  async end(): Promise<void> {
    await this.#write();
    this.#out = new Uint8Array(0);
  }

  /** Gives its space back. */
  close(): Promise<void> {
    return this.#file.close();
  }

  async #write(): Promise<void> {
    if (this.#used > 0) await this.#file.append(this.#out.subarray(0, this.#used));
    this.#written += this.#used;
    this.#used = 0;
  }

  /** Reads lines by where they are into memory that takes them all; those of no size are none. */
  async read<Name>(
    wanted: ReadonlyMap<Name, { readonly at: number; readonly size: number }>,
    held: Uint8Array,
  ): Promise<Map<Name, HeldLine | undefined>> {
    const block = new Uint8Array(READ_BYTES);
    const lines = new Map<Name, HeldLine | undefined>();
    let length = 0;
    let from = 0;
    let to = 0;
    for (const [name, { at, size }] of [...wanted].sort(([, a], [, b]) => a.at - b.at)) {
      const end = length + size;
      if (size > READ_BYTES) await this.#fill(at, held.subarray(length, end));
      else if (size > 0) {
        if (at < from || at + size > to) {
          from = at;
          to = at + (await this.#file.readAt(at, block));
          invariant(at + size <= to, `a temporary file ends at byte ${to}, in the middle of a line`);
        }
        held.set(block.subarray(at - from, at - from + size), length);
      }
      lines.set(name, size === 0 ? undefined : { bytes: held, start: length, end });
      length = end;
    }
    return lines;
  }

  async #fill(at: number, into: Uint8Array): Promise<void> {
    const read = await this.#file.readAt(at, into);
    invariant(read === into.length, `a temporary file has ${read} of the ${into.length} bytes of a line`);
  }
}
