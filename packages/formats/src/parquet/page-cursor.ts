import { crc32 } from 'node:zlib';
import type { RandomAccess } from '@batchrock/core';
import { ChunkBytes } from './chunk-bytes.ts';
import type { Leaf } from './column-tree.ts';
import type { ChunkFacts } from './footer.ts';
import { HybridReader } from './hybrid-reader.ts';
import type { PageBudget } from './page-budget.ts';
import { checkCodec, decompressPage } from './page-codec.ts';
import { isDataPage, type PageHeader, readPageHeader } from './page-header.ts';
import { SharedBlock } from './shared-block.ts';
import { PageKind, StoredType, ValueEncoding } from './stored-as.ts';
import { type Fault, ThriftReader } from './thrift-reader.ts';
import { dictionaryValues, plainValues, valuesOf } from './value-encoding.ts';
import { type Dictionary, readDictionary, type ValueReader } from './value-reader.ts';

/**
 * Bytes of the largest page, decoded. Writers make pages of about 1 MB (parquet-mr, pyarrow) or up to 100 MB (DuckDB, as seen on
 * 2026-11-21), so one that claims more is taken for damaged or hostile.
 */
const MAX_PAGE_BYTES = 128 << 20;

/**
 * How many times as large a page may become, and its size up to which nobody looks: writers make pages of about 1 MB, and put
 * values that stand there again and again into a dictionary.
 */
const DEFAULT_MAX_EXPANSION = 500;
const UNCHECKED_BYTES = 8 << 20;

/** Bytes of the longest page header: it may hold the least and the greatest value of its page. */
const MAX_HEADER_BYTES = 16 << 20;
/** Asked for at first. */
const HEADER_BYTES = 256;

export interface PageCursorOptions {
  readonly access: RandomAccess;
  /** Bytes a read. */
  readonly pieceBytes: number;
  /** For compressed bytes, while one page is decompressed; one for all cursors. */
  readonly packed: SharedBlock;
  readonly budget: PageBudget;
  /** A large page that becomes more than so many times as large is refused. Default 500. */
  readonly maxExpansion?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Walks the entries of one column, page by page: of each its repetition level, its definition level and, where it is not null,
 * its value. Holds one page, one dictionary and one piece of the file, whatever the size of the chunk.
 */
export class PageCursor {
  readonly leaf: Leaf;
  /** Of the entry at hand; its value is that of `values` where `definition` is the leaf's greatest. */
  definition = 0;
  repetition = 0;
  values!: ValueReader;
  /** Whether there is an entry at hand that nobody has taken yet; for whoever reads nested values. */
  isHeld = false;
  /** Entries of the page that come after the one at hand, and of all pages behind it. */
  pageLeft = 0;
  chunkLeft = 0;
  /** Entries to be passed over where a whole page of them is; what is left of them is for the caller to pass over. */
  skip = 0;
  readonly #bytes: ChunkBytes;
  readonly #levelWidths: readonly [number, number];
  #chunk!: ChunkFacts;
  #fault!: Fault;
  #dictionary: Dictionary | undefined;
  /** Where pages of text are decoded: in the kernel's memory, which works faster there. */
  readonly #packed: SharedBlock;
  readonly #budget: PageBudget;
  readonly #maxExpansion: number;
  /** Bytes of the page and of the dictionary at hand. */
  #pageBytes = 0;
  #dictionaryBytes = 0;
  readonly #page = new SharedBlock();
  readonly #dictionaryPage = new SharedBlock();
  #definitions: HybridReader | undefined;
  #repetitions: HybridReader | undefined;

  constructor(leaf: Leaf, { access, pieceBytes, packed, budget, maxExpansion, signal }: PageCursorOptions) {
    this.#packed = packed;
    this.#budget = budget;
    this.#maxExpansion = maxExpansion ?? DEFAULT_MAX_EXPANSION;
    this.leaf = leaf;
    this.#bytes = new ChunkBytes(access, pieceBytes, signal);
    this.#levelWidths = [bitsFor(leaf.maxRepetition), bitsFor(leaf.maxDefinition)];
  }

  /** Goes to the first page of a chunk, of which the first piece is read ahead. */
  async open(chunk: ChunkFacts, fault: Fault): Promise<void> {
    if (chunk.stored !== this.leaf.stored) throw fault(`values of type ${chunk.stored}, ${this.leaf.stored} in the schema`);
    checkCodec(chunk.codec, fault);
    this.#chunk = chunk;
    this.#fault = fault;
    this.#dictionary = undefined;
    this.chunkLeft = chunk.values;
    this.pageLeft = 0;
    this.isHeld = false;
    this.skip = 0;
    this.#bytes.open(chunk.start, chunk.end);
    if (chunk.values > 0) await this.#bytes.fill(Math.min(HEADER_BYTES, this.#bytes.left));
  }

  /** Goes to the next entry of the page, of which there is one. */
  next(): void {
    this.pageLeft -= 1;
    const { leaf } = this;
    if (this.#repetitions !== undefined) {
      this.repetition = this.#repetitions.next();
      if (this.repetition > leaf.maxRepetition)
        throw this.#fault(`the repetition level ${this.repetition}, above ${leaf.maxRepetition}`);
    }
    if (this.#definitions !== undefined) {
      this.definition = this.#definitions.next();
      if (this.definition < leaf.maxDefinition) return;
      if (this.definition > leaf.maxDefinition)
        throw this.#fault(`the definition level ${this.definition}, above ${leaf.maxDefinition}`);
    }
    this.values.next();
  }

  /** The entry at hand has no value. */
  get isNull(): boolean {
    return this.definition < this.leaf.maxDefinition;
  }

  /**
   * Takes as many of the next `most` entries of a flat column as are certain to have values, and returns how many; their values
   * are for the caller to take. 0: call `next`.
   */
  takeDefined(most: number): number {
    const { maxDefinition } = this.leaf;
    const count = this.#definitions === undefined ? most : this.#definitions.takeRun(maxDefinition, most);
    this.pageLeft -= count;
    this.definition = maxDefinition;
    return count;
  }

  /** There is no entry behind the one at hand. */
  get isAtEnd(): boolean {
    return this.pageLeft === 0 && this.chunkLeft === 0;
  }

  /** What is wrong with this column, as an error. */
  fault(what: string) {
    return this.#fault(what);
  }

  /** Reads the next page that has entries. Values of the page before are void then. */
  async load(): Promise<void> {
    do {
      if (this.chunkLeft === 0) throw this.#fault('fewer values than rows');
      await this.#loadPage();
    } while (this.pageLeft === 0);
  }

  async #loadPage(): Promise<void> {
    const header = await this.#header();
    const { compressedBytes, bytes } = header;
    if (!(bytes >= 0 && bytes <= MAX_PAGE_BYTES && compressedBytes >= 0 && compressedBytes <= MAX_PAGE_BYTES)) {
      throw this.#fault(`a page of ${compressedBytes} bytes that become ${bytes}; up to ${MAX_PAGE_BYTES} are read`);
    }
    if (compressedBytes > this.#bytes.left) {
      throw this.#fault(`a page of ${compressedBytes} bytes where the column has ${this.#bytes.left} left`);
    }
    if (isDataPage(header) && this.#passes(header)) {
      await this.#pass(compressedBytes);
      return;
    }
    if (bytes > UNCHECKED_BYTES && bytes > compressedBytes * this.#maxExpansion) {
      const what = `a page of ${compressedBytes} bytes that claims to become ${bytes}`;
      throw this.#fault(`${what}, more than ${this.#maxExpansion} times as many`, 'BR-E0123');
    }
    await this.#bytes.fill(compressedBytes);
    const { bytes: piece, at } = this.#bytes;
    const page = piece.subarray(at, at + compressedBytes);
    this.#bytes.at += compressedBytes;
    if (header.crc !== undefined && crc32(page) !== header.crc >>> 0) throw this.#fault('a page whose checksum is wrong');
    if (header.kind === PageKind.dictionary) this.#takeDictionary(page, header);
    else if (isDataPage(header)) this.#takeData(page, header);
  }

  /** Gives its memory back. */
  close(): void {
    this.#bytes.release();
    this.#page.release();
    this.#dictionaryPage.release();
    this.pageLeft = 0;
  }

  /** Reads on where a header is longer than what is there. */
  async #header(): Promise<PageHeader> {
    for (let wanted = HEADER_BYTES; ; wanted *= 4) {
      const there = Math.min(wanted, this.#bytes.left);
      if (there === 0) throw this.#fault(`${this.chunkLeft} values fewer than its chunk claims`);
      await this.#bytes.fill(there);
      const { bytes, at } = this.#bytes;
      const thrift = new ThriftReader(bytes, at, bytes.length, this.#fault);
      try {
        const header = readPageHeader(thrift);
        this.#bytes.at = thrift.at;
        return header;
      } catch (error) {
        const canBeMore = thrift.isShort && this.#bytes.available < this.#bytes.left && wanted < MAX_HEADER_BYTES;
        if (!canBeMore) throw error;
      }
    }
  }

  #passes({ values }: PageHeader): boolean {
    if (this.skip === 0 || values < 0 || values > this.skip || values > this.chunkLeft) return false;
    this.skip -= values;
    this.chunkLeft -= values;
    return true;
  }

  /** Passes bytes over, piece by piece. */
  async #pass(count: number): Promise<void> {
    for (let left = count; left > 0; ) {
      await this.#bytes.fill(1);
      const passed = Math.min(left, this.#bytes.available);
      this.#bytes.at += passed;
      left -= passed;
    }
  }

  #takeDictionary(page: Uint8Array, { bytes, values, encoding }: PageHeader): void {
    if (this.#dictionary !== undefined) throw this.#fault('two dictionaries');
    this.#budget.replace(this.#dictionaryBytes, bytes, this.#fault);
    this.#dictionaryBytes = bytes;
    const block = this.#dictionaryPage;
    const decoded = block.hold(this.#decompress(this.#chunk.codec, page, bytes, block));
    const reader = plainValues({ bytes: decoded, start: 0, end: decoded.length, fault: this.#fault }, this.leaf, encoding);
    // each value takes a byte or more: a number that no page can hold is told before there is room for it
    const least = this.leaf.width === 0 ? 4 : this.leaf.width;
    if (!(values >= 0 && values * least <= decoded.length)) {
      throw this.#fault(`a dictionary of ${values} values in ${decoded.length} bytes`);
    }
    this.#dictionary = readDictionary(reader, values);
  }

  #takeData(page: Uint8Array, header: PageHeader): void {
    const { values } = header;
    if (!(values >= 0 && values <= this.chunkLeft)) {
      throw this.#fault(`a page of ${values} values where the column has ${this.chunkLeft} left`);
    }
    this.pageLeft = values;
    this.chunkLeft -= values;
    if (values === 0) return;
    this.#budget.replace(this.#pageBytes, header.bytes, this.#fault);
    this.#pageBytes = header.bytes;
    if (header.kind === PageKind.dataV2) this.#takeV2(page, header);
    else this.#takeV1(page, header);
  }

  /** Levels and values are compressed together; levels have their length before them. */
  #takeV1(page: Uint8Array, header: PageHeader): void {
    const { leaf } = this;
    const bytes = this.#decompress(this.#chunk.codec, page, header.bytes, this.#page);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let at = 0;
    const levels = (most: number, width: number, encoding: number): HybridReader | undefined => {
      if (most === 0) return undefined;
      if (encoding !== RUNS) throw this.#fault(`levels in the encoding ${encoding}; ${RUNS} (RLE) is read`);
      const end = at + 4 <= bytes.length ? at + 4 + view.getUint32(at, true) : Number.POSITIVE_INFINITY;
      if (end > bytes.length) throw this.#fault('levels that are longer than their page');
      const reader = new HybridReader(bytes, at + 4, end, width, this.#fault);
      at = end;
      return reader;
    };
    this.#repetitions = levels(leaf.maxRepetition, this.#levelWidths[0], header.repetitionEncoding);
    this.#definitions = levels(leaf.maxDefinition, this.#levelWidths[1], header.definitionEncoding);
    this.#takeValues(bytes, at, header.encoding);
  }

  /** Levels stand before the values, as they are. */
  #takeV2(page: Uint8Array, header: PageHeader): void {
    const { leaf } = this;
    const { repetitionBytes, definitionBytes } = header;
    const levelBytes = repetitionBytes + definitionBytes;
    if (!(repetitionBytes >= 0 && definitionBytes >= 0 && levelBytes <= Math.min(page.length, header.bytes))) {
      throw this.#fault('levels that are longer than their page');
    }
    const [repetitionWidth, definitionWidth] = this.#levelWidths;
    this.#repetitions =
      leaf.maxRepetition === 0 ? undefined : new HybridReader(page, 0, repetitionBytes, repetitionWidth, this.#fault);
    this.#definitions =
      leaf.maxDefinition === 0 ? undefined : new HybridReader(page, repetitionBytes, levelBytes, definitionWidth, this.#fault);
    const rest = page.subarray(levelBytes);
    const length = header.bytes - levelBytes;
    const codec = header.isCompressed ? this.#chunk.codec : 0;
    this.#takeValues(this.#decompress(codec, rest, length, this.#page), 0, header.encoding);
  }

  #decompress(codec: number, page: Uint8Array, length: number, target: SharedBlock): Uint8Array {
    return decompressPage(codec, page, length, { target, packed: this.#packed, fault: this.#fault });
  }

  #takeValues(page: Uint8Array, start: number, encoding: number): void {
    const isText = this.leaf.stored === StoredType.byteArray && encoding === ValueEncoding.plain;
    const bytes = isText ? this.#page.hold(page) : page;
    const at = { bytes, start, end: bytes.length, fault: this.#fault };
    this.definition = this.leaf.maxDefinition;
    this.values = dictionaryValues(at, encoding, this.#dictionary) ?? valuesOf(at, this.leaf, encoding);
  }
}

/** The encoding of levels: runs and groups of eight. */
const RUNS = 3;

function bitsFor(level: number): number {
  return 32 - Math.clz32(level);
}
