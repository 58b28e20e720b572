import { type ByteView, byteView, releaseBlock, takeBlock } from '@batchrock/core';
import { type BlockPool, ByteChain } from './byte-chain.ts';
import { ColumnState, Field, fieldAddress } from './column-state.ts';
import { type Bounds, type ChunkFacts, dataPageHeader, dictionaryPageHeader, Encoding, Physical } from './file-layout.ts';
import { type ChunkCoding, PageCompressor, pageChecksum } from './page-compressor.ts';
import { RunLengths } from './run-lengths.ts';

/** A page is closed when its values have so many bytes, or its rows are so many: what parquet-java and Arrow write. */
const PAGE_BYTES = 1 << 20;
export const PAGE_ROWS = 20_000;

/** Before the values of a page, for its levels. */
const LEVEL_BYTES = 1 << 12;
/** The length of a page that is full by its bytes. */
export const PAGE_END: number = LEVEL_BYTES + PAGE_BYTES;
const FIRST_PAGE_BYTES = 1 << 14;
/** A page is full a little above its size, unless a value is very large. */
const USUAL_PAGE_BYTES = LEVEL_BYTES + PAGE_BYTES + (1 << 16);
/** Larger pages stay out of the kernel's memory, which is not large. */
const MAX_SHARED_BYTES = 8 << 20;

const NO_BYTES = new Uint8Array(0);

/** What a leaf of the schema is. */
export interface LeafSpec {
  readonly path: readonly string[];
  readonly physical: Physical;
  /** Nullable and repeated nodes from the root to the leaf, itself included; 0: a value in every row. */
  readonly maxDefinition: number;
  /** Repeated nodes among them. */
  readonly maxRepetition: number;
  /** Its pages are not compressed, whatever others are: they would hardly shrink. */
  readonly isDense?: boolean;
}

/** What the columns of a file share. */
export interface ColumnServices {
  readonly compressor: PageCompressor;
  readonly blocks: BlockPool;
  /** Set by a column whose page is full. */
  hasFullPage: boolean;
}

/** What is added to the pages of a chunk when it ends. */
export interface ChunkEnd {
  readonly bounds: Bounds | undefined;
  /** The dictionary page, when a page refers to it. */
  readonly dictionary?: { readonly bytes: Uint8Array; readonly values: number };
}

/** A chunk whose pages are compressed: what the footer says of it, and its bytes. */
export interface ClosedChunk {
  readonly facts: ChunkFacts;
  readonly dictionary: ByteChain;
  readonly pages: ByteChain;
}

/** A chunk whose pages are being made. */
class Chunk {
  readonly pages: ByteChain;
  readonly dictionary: ByteChain;
  readonly encodings = new Set<Encoding>();
  readonly coding: ChunkCoding = {};
  entries = 0;
  /** Uncompressed, with the pages' headers. */
  bytes = 0;
  /** Resolves when all pages that were closed are in the chain. */
  appended: Promise<void> = Promise.resolve();

  constructor(blocks: BlockPool) {
    this.pages = new ByteChain(blocks);
    this.dictionary = new ByteChain(blocks);
  }

  append(chain: ByteChain, header: Uint8Array, compressed: Uint8Array, bytes: number): void {
    chain.append(header);
    chain.append(compressed);
    this.bytes += header.length + bytes;
  }
}

/** A column that is being written, however many leaves it has. */
export interface WrittenColumn {
  readonly leaf: LeafColumn;
  closePage(): void;
  /** Ends the chunk at once, and begins another; resolves when its pages are compressed. */
  closeChunk(): Promise<ClosedChunk>;
  /** Gives memory back. */
  release(): void;
}

/**
 * One leaf column while it is written: values go into `target` from `length` on, levels are counted, and a page that is full
 * is compressed while the next one is filled. Knows nothing of what the values are.
 */
export class LeafColumn {
  /** The page in hand; `hold` changes it. */
  target: ByteView = byteView(NO_BYTES);
  /** What of it the page kernel may change too. */
  readonly state: ColumnState = new ColumnState();
  readonly #words: Int32Array = this.state.words;
  readonly #spec: LeafSpec;
  readonly #services: ColumnServices;
  readonly #compressor: PageCompressor;
  readonly #definitions = new RunLengths(this.state.words, Field.runs);
  readonly #repetitions = new RunLengths();
  readonly #spares: ByteView[] = [];
  #chunk: Chunk;
  #isReleased = false;
  /** Bytes of values in the pages of the row group before it. */
  #groupBytes = 0;

  constructor(spec: LeafSpec, services: ColumnServices) {
    this.#spec = spec;
    this.#services = services;
    this.#compressor = spec.isDense === true ? new PageCompressor('none') : services.compressor;
    this.#chunk = new Chunk(services.blocks);
    this.#words[Field.maxDefinition] = spec.maxDefinition;
    this.length = LEVEL_BYTES;
    this.#hold(byteView(takeBlock(FIRST_PAGE_BYTES)));
  }

  /** Where the next value goes. */
  get length(): number {
    return this.#words[Field.length]!;
  }

  set length(length: number) {
    this.#words[Field.length] = length;
  }

  /** Where values begin. */
  get start(): number {
    return LEVEL_BYTES;
  }

  get isPageFull(): boolean {
    return this.length >= PAGE_END || this.#words[Field.rows]! >= PAGE_ROWS;
  }

  /** True before the first row of a page. */
  get isPageEmpty(): boolean {
    return this.#words[Field.rows] === 0;
  }

  /** Counts a row whose values and entries are there. */
  endRow(): void {
    this.#words[Field.rows]! += 1;
    if (this.isPageFull) this.#services.hasFullPage = true;
  }

  /**
   * What the row group is thought to take in the file, in bytes, by what is known before pages are compressed: texts shrink
   * to less than half, numbers hardly at all.
   */
  get weight(): number {
    const bytes = this.#groupBytes + this.length - LEVEL_BYTES;
    return this.#spec.physical === Physical.byteArray ? bytes / 2 : bytes;
  }

  /** Counts entries of a level; the greatest has a value. Repetition 0 begins a row, which the caller counts. */
  entries(count: number, definition: number, repetition = 0): void {
    const { maxDefinition, maxRepetition } = this.#spec;
    this.#words[Field.entries]! += count;
    if (definition < maxDefinition) this.#words[Field.nulls]! += count;
    if (maxDefinition > 0) this.#definitions.add(definition, count);
    if (maxRepetition > 0) this.#repetitions.add(repetition, count);
  }

  /** Makes room for so many bytes of values. */
  reserve(size: number): void {
    const needed = this.length + size;
    if (needed <= this.target.bytes.length) return;
    const grown = takePage(Math.max(needed, Math.min(4 * this.target.bytes.length, USUAL_PAGE_BYTES)));
    grown.set(this.target.bytes.subarray(0, this.length));
    releaseBlock(this.target.bytes);
    this.#hold(byteView(grown));
  }

  /** Gives its memory back. Nothing may be written any more. */
  release(): void {
    for (const page of [this.target, ...this.#spares]) releaseBlock(page.bytes);
    this.#spares.length = 0;
    this.#definitions.release();
    this.#repetitions.release();
    this.#isReleased = true;
    this.target = byteView(NO_BYTES);
    this.state.release();
  }

  /** Ends the page, whose values have this encoding, and begins another. */
  closePage(encoding: Encoding): void {
    const values = this.#words[Field.entries]!;
    if (values === 0) return;
    const target = this.target;
    const body = this.#body();
    const chunk = this.#chunk;
    this.#groupBytes += this.length - LEVEL_BYTES;
    chunk.encodings.add(encoding);
    chunk.entries += values;
    this.#words[Field.entries] = this.#words[Field.rows] = 0;
    this.length = LEVEL_BYTES;
    this.#hold(this.#spares.pop() ?? byteView(takeBlock(FIRST_PAGE_BYTES)));
    const compressed = this.#compressor.compress(body, chunk.coding);
    // in the order of the pages, whichever is compressed first
    chunk.appended = Promise.all([compressed, chunk.appended]).then(([packed]) => {
      const { bytes } = packed;
      const sizes = { bytes: body.length, compressedBytes: bytes.length, crc: pageChecksum(bytes) };
      chunk.append(chunk.pages, dataPageHeader({ values, encoding, ...sizes }), bytes, body.length);
      packed.done();
      if (!this.#isReleased && this.#spares.length < 2 && target.bytes.length <= USUAL_PAGE_BYTES) this.#spares.push(target);
      else releaseBlock(target.bytes);
    });
    chunk.appended.catch(() => undefined);
  }

  /** Ends the chunk, and begins another at once; resolves when all of it is compressed. */
  closeChunk(encoding: Encoding, end: ChunkEnd): Promise<ClosedChunk> {
    this.closePage(encoding);
    const chunk = this.#chunk;
    const nulls = this.#words[Field.nulls]!;
    this.#chunk = new Chunk(this.#services.blocks);
    this.#words[Field.nulls] = this.#groupBytes = 0;
    const { dictionary } = end;
    // a copy: the next chunk fills the dictionary anew
    const own =
      dictionary && chunk.encodings.has(Encoding.rleDictionary) ? { ...dictionary, bytes: dictionary.bytes.slice() } : undefined;
    return this.#finish(chunk, { nulls, bounds: end.bounds, dictionary: own });
  }

  async #finish(chunk: Chunk, end: ChunkEnd & { readonly nulls: number }): Promise<ClosedChunk> {
    const { path, physical } = this.#spec;
    const { dictionary, pages } = chunk;
    const added = end.dictionary && this.#addDictionary(chunk, end.dictionary);
    await Promise.all([chunk.appended, added]);
    const facts: ChunkFacts = {
      path,
      physical,
      encodings: [...chunk.encodings, Encoding.rle].toSorted((a, b) => a - b),
      codec: this.#compressor.codec,
      values: chunk.entries,
      nulls: end.nulls,
      bounds: end.bounds,
      bytes: chunk.bytes,
      compressedBytes: dictionary.length + pages.length,
      dictionaryOffset: dictionary.length > 0 ? 0 : undefined,
      dataOffset: dictionary.length,
    };
    return { facts, dictionary, pages };
  }

  #hold(page: ByteView): void {
    this.target = page;
    this.#words[Field.target] = fieldAddress(page.bytes);
    this.#words[Field.limit] = page.bytes.length;
  }

  async #addDictionary(chunk: Chunk, { bytes, values }: NonNullable<ChunkEnd['dictionary']>): Promise<void> {
    chunk.encodings.add(Encoding.plain);
    const packed = await this.#compressor.compress(bytes, {});
    const sizes = { bytes: bytes.length, compressedBytes: packed.bytes.length, crc: pageChecksum(packed.bytes) };
    chunk.append(chunk.dictionary, dictionaryPageHeader({ values, ...sizes }), packed.bytes, bytes.length);
    packed.done();
  }

  /** Repetition levels, definition levels and values as one piece: the levels are put right before the values, if they fit. */
  #body(): Uint8Array {
    const { maxDefinition, maxRepetition } = this.#spec;
    const levels = [...(maxRepetition > 0 ? [this.#repetitions] : []), ...(maxDefinition > 0 ? [this.#definitions] : [])];
    let size = 0;
    for (const each of levels) {
      each.finish();
      size += 4 + each.length;
    }
    const valueBytes = this.length - LEVEL_BYTES;
    const page = size <= LEVEL_BYTES ? this.target : byteView(new Uint8Array(size + valueBytes));
    const end = page === this.target ? this.length : size + valueBytes;
    if (page !== this.target) page.bytes.set(this.target.bytes.subarray(LEVEL_BYTES, this.length), size);
    const start = end - valueBytes - size;
    let at = start;
    for (const each of levels) {
      page.view.setUint32(at, each.length, true);
      page.bytes.set(each.bytes.subarray(0, each.length), at + 4);
      at += 4 + each.length;
      each.clear();
    }
    return page.bytes.subarray(start, end);
  }
}

function takePage(bytes: number): Uint8Array {
  return bytes > MAX_SHARED_BYTES ? new Uint8Array(bytes) : takeBlock(bytes);
}
