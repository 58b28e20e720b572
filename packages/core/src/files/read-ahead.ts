import { AREA_BYTES, type AreaPair, giveAreas, PAGE_BYTES, takeAreas } from './areas.ts';
import type { ReadableFile } from './open-file.ts';

/** Bytes of a file: from one, up to one (exclusive). */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * A file read in order around the kernel's cache, area by area: one is on its way from the disk while what is in the other is taken.
 * The kernel copies nothing, and looks for no memory to keep it in.
 */
export class ReadAhead {
  readonly #around: ReadableFile;
  readonly #pair: AreaPair;
  /** Behind the last byte that is wanted. */
  readonly #to: number;
  /** Of the next area. */
  #position: number;
  /** What is taken from, and how far. */
  #area = 0;
  #at: number;
  #end = 0;
  /** Bytes that the other one will have. */
  #coming: Promise<number>;

  private constructor(around: ReadableFile, pair: AreaPair, { from, to }: Span) {
    this.#around = around;
    this.#pair = pair;
    this.#to = to;
    const inPage = from % PAGE_BYTES;
    this.#position = from - inPage;
    this.#at = inPage;
    this.#coming = this.#ask();
  }

  /** Undefined where the system knows no such way (`open` finds none), and while too many files take it. */
  static async begin(span: Span, open: () => Promise<ReadableFile | undefined>): Promise<ReadAhead | undefined> {
    const pair = takeAreas();
    if (pair === undefined) return undefined;
    const around = await open().catch(() => undefined);
    if (around) return new ReadAhead(around, pair, span);
    giveAreas(pair);
    return undefined;
  }

  /** Fills `block`; fewer bytes only at the end of the span, or of the file as it was when they were read. Throws what the file system says of this way. */
  async readInto(block: Uint8Array): Promise<number> {
    let filled = 0;
    while (filled < block.length) {
      if (this.#at >= this.#end && !(await this.#turn())) break;
      const bytes = Math.min(block.length - filled, this.#end - this.#at);
      block.set(this.#pair[this.#area]!.subarray(this.#at, this.#at + bytes), filled);
      filled += bytes;
      this.#at += bytes;
    }
    return filled;
  }

  async close(): Promise<void> {
    await this.#coming.catch(() => undefined);
    giveAreas(this.#pair);
    await this.#around.close();
  }

  /** The area that was on its way is there, and the other one goes. False at the end of the file. */
  async #turn(): Promise<boolean> {
    const bytes = await this.#coming;
    // a first area may begin in front of what is asked for
    const from = this.#end === 0 ? this.#at : 0;
    if (bytes <= from) return false;
    this.#area = 1 - this.#area;
    this.#at = from;
    this.#end = bytes;
    // an area that is not full is the last one, and what comes behind it would not begin at a page
    this.#coming = bytes === AREA_BYTES ? this.#ask() : Promise.resolve(0);
    return true;
  }

  #ask(): Promise<number> {
    const area = this.#pair[1 - this.#area]!;
    const pages = Math.ceil((this.#to - this.#position) / PAGE_BYTES);
    const wanted = Math.min(AREA_BYTES, pages * PAGE_BYTES);
    const asked = this.#around.read(area, 0, wanted, this.#position).then(({ bytesRead }) => bytesRead);
    this.#position += AREA_BYTES;
    // told by the call that waits for it
    asked.catch(() => undefined);
    return asked;
  }
}
