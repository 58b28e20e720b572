import { Buffer } from 'node:buffer';
import { constants, createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from 'node:zlib';
import { type ByteSource, InputError, isBatchrockError } from '@batchrock/core';
import { GZIP_MAGIC, isZstdMagic, MAGIC_BYTES } from './magic.ts';

/** How a text file is compressed. */
export type CompressionName = 'gzip' | 'zstd';

export interface DecompressOptions {
  /** What messages call the file. */
  readonly name: string;
  /** A file that becomes more than so many times as large is refused; looked at behind the first 8 MiB. Default 500. */
  readonly maxExpansion?: number;
}

/** How many times as large a compressed file may become unless the caller allows more: text is rarely above 20. */
const DEFAULT_MAX_EXPANSION = 500;

/** Below so many bytes nothing is too large: a small file of one repeated row is no attack. */
const UNCHECKED_BYTES = 8 << 20;

/**
 * Logarithm of the largest window of a zstd frame that is read, 128 MiB: `zstd` itself refuses more unless it is told `--long`.
 * Only as much of it is ever touched as there is content.
 */
const MAX_WINDOW_LOG = 27;

const INPUT_BYTES = 64 * 1024;
const OUTPUT_BYTES = 256 * 1024;

/**
 * The content of a gzip or zstd file, a block at a time: members and frames one after another, as `cat a.gz b.gz` makes them;
 * zero bytes behind the last gzip member are padding. Memory is bounded by constants and the window of a zstd frame (at most
 * 128 MiB, 8 MiB for anything that `zstd` writes without `--ultra` or `--long`).
 *
 * Throws `BR-E0114` for a file that begins otherwise, is cut off, damaged or followed by something else, and `BR-E0123` for
 * one that grows beyond `maxExpansion`; the byte named is one of the compressed file.
 */
export function decompress(source: ByteSource, compression: CompressionName, options: DecompressOptions): ByteSource {
  return new Decompressor(source, compression, options);
}

type Engine = Gunzip | ZstdDecompress;

class Decompressor implements ByteSource {
  readonly #source: ByteSource;
  readonly #compression: CompressionName;
  readonly #name: string;
  readonly #maxExpansion: number;
  readonly #block = Buffer.allocUnsafeSlow(INPUT_BYTES);
  /** Bytes of the block that no engine has taken. */
  #rest: Uint8Array = this.#block.subarray(0, 0);
  #sourceEnded = false;
  #engine: Engine | undefined;
  /** Bytes of the file before the engine's first. */
  #engineStart = 0;
  /** Bytes of the file that are read. */
  #read = 0;
  #given = 0;
  #chunk: Uint8Array = this.#block.subarray(0, 0);
  #isWriting = false;
  #hasEnded = false;
  #error: unknown;
  #wake: () => void = () => undefined;

  constructor(source: ByteSource, compression: CompressionName, options: DecompressOptions) {
    this.#source = source;
    this.#compression = compression;
    this.#name = options.name;
    this.#maxExpansion = options.maxExpansion ?? DEFAULT_MAX_EXPANSION;
  }

  /** Bytes of the compressed file that have become content. */
  get bytesRead(): number {
    return this.#engineStart + (this.#engine?.bytesWritten ?? 0);
  }

  async readInto(block: Uint8Array): Promise<number> {
    let filled = 0;
    while (filled < block.length) {
      if (this.#chunk.length === 0 && !(await this.#nextChunk())) break;
      const length = Math.min(this.#chunk.length, block.length - filled);
      block.set(this.#chunk.subarray(0, length), filled);
      this.#chunk = this.#chunk.subarray(length);
      filled += length;
    }
    return filled;
  }

  async close(): Promise<void> {
    this.#engine?.destroy();
    await this.#source.close();
  }

  /** False at the end of the file. */
  async #nextChunk(): Promise<boolean> {
    for (;;) {
      if (this.#error !== undefined) throw this.#damaged(this.#error);
      this.#engine ??= await this.#start();
      if (this.#engine === undefined) return false;
      const chunk: Uint8Array | null = this.#engine.read();
      if (chunk !== null && chunk.length > 0) {
        this.#take(chunk);
        return true;
      }
      if (this.#hasEnded) await this.#finishMember(this.#engine);
      else await this.#feed(this.#engine);
    }
  }

  #take(chunk: Uint8Array): void {
    this.#chunk = chunk;
    this.#given += chunk.length;
    const most = this.#maxExpansion * Math.max(1, this.bytesRead);
    if (this.#given <= UNCHECKED_BYTES || this.#given <= most) return;
    throw new InputError(
      'BR-E0123',
      `${this.#name} becomes more than ${this.#maxExpansion} times as large: byte ${this.bytesRead} of it stands for ${this.#given} bytes`,
      { details: { file: this.#name, maxExpansion: this.#maxExpansion } },
    );
  }

  /** An engine for the next member; undefined when the file is at its end. */
  async #start(): Promise<Engine | undefined> {
    if (!(await this.#fill(MAGIC_BYTES))) {
      if (this.#read > 0) return undefined;
      throw new InputError('BR-E0102', `${this.#name} is empty`, { details: { file: this.#name } });
    }
    if (this.#compression === 'gzip' && this.#read > this.#rest.length && (await this.#isPadding())) return undefined;
    this.#checkMagic();
    const engine = createEngine(this.#compression);
    this.#engineStart = this.#read - this.#rest.length;
    this.#hasEnded = false;
    engine.on('readable', () => this.#wake());
    engine.on('end', () => {
      this.#hasEnded = true;
      this.#wake();
    });
    engine.on('error', (error) => {
      this.#error = error;
      this.#wake();
    });
    return engine;
  }

  #checkMagic(): void {
    const rest = this.#rest;
    const isFine = this.#compression === 'gzip' ? GZIP_MAGIC.every((byte, i) => rest[i] === byte) : isZstdMagic(rest);
    if (isFine) return;
    const at = this.#read - rest.length;
    const what = at === 0 ? `is no ${this.#compression} file` : `is followed by something that is not ${this.#compression}`;
    throw this.#unreadable(`${what}, at byte ${at}`);
  }

  /** Gives the engine what it takes, and waits until something has happened. */
  async #feed(engine: Engine): Promise<void> {
    if (!this.#isWriting && this.#rest.length === 0 && !this.#sourceEnded) await this.#fill(1);
    const happened = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    if (this.#isWriting) return happened;
    this.#isWriting = true;
    if (this.#rest.length === 0) engine.end();
    else {
      engine.write(this.#rest, () => {
        // one that has stopped at the end of its member took a part; its `end` comes when its content is read
        if (this.#engine !== engine || this.bytesRead < this.#read) return;
        this.#isWriting = false;
        this.#rest = this.#block.subarray(0, 0);
        this.#wake();
      });
    }
    return happened;
  }

  /** A member has ended: what its engine did not take belongs to the next one. */
  async #finishMember(engine: Engine): Promise<void> {
    this.#engineStart += engine.bytesWritten;
    const left = this.#read - this.#engineStart;
    this.#rest = this.#rest.subarray(this.#rest.length - left);
    engine.destroy();
    this.#engine = undefined;
    this.#isWriting = false;
  }

  /** Reads until `#rest` has so many bytes; false when the file ends without any. */
  async #fill(wanted: number): Promise<boolean> {
    while (this.#rest.length < wanted && !this.#sourceEnded) {
      this.#block.set(this.#rest, 0);
      const held = this.#rest.length;
      const length = await this.#source.readInto(this.#block.subarray(held));
      this.#sourceEnded = length === 0;
      this.#read += length;
      this.#rest = this.#block.subarray(0, held + length);
    }
    return this.#rest.length > 0;
  }

  /** True when nothing but zero bytes follow; reads them. */
  async #isPadding(): Promise<boolean> {
    while (this.#rest.every((byte) => byte === 0)) {
      this.#rest = this.#block.subarray(0, 0);
      if (!(await this.#fill(1))) return true;
    }
    return false;
  }

  #damaged(error: unknown): Error {
    if (isBatchrockError(error)) return error;
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'Z_BUF_ERROR')
      return this.#unreadable(`is cut off: its ${this.#compression} data does not end at byte ${this.#read}`);
    const reason = error instanceof Error ? error.message : String(error);
    if (code === 'ZSTD_error_frameParameter_windowTooLarge') {
      return this.#unreadable(
        `has a zstd frame, behind byte ${this.bytesRead}, whose window is larger than ${2 ** (MAX_WINDOW_LOG - 20)} MiB`,
        `unpack it first: zstd -d --long=31 ${this.#name}`,
      );
    }
    // the first bytes of the first member are looked at before, so that these are those of a further one
    if (this.#compression === 'gzip' && reason === 'incorrect header check') {
      return this.#unreadable(
        `is followed by something that is not gzip: a member ends between byte ${this.bytesRead} and ${this.#read}, and none begins there`,
        'cut off what follows the gzip data, or make or fetch the file again',
      );
    }
    return this.#unreadable(`is damaged in the ${INPUT_BYTES / 1024} KiB from byte ${this.bytesRead}: ${reason}`);
  }

  #unreadable(what: string, hint = 'make or fetch the file again, or unpack it with the tool that it was made with'): InputError {
    return new InputError('BR-E0114', `${this.#name} ${what}`, { details: { file: this.#name }, hint });
  }
}

function createEngine(compression: CompressionName): Engine {
  const chunkSize = OUTPUT_BYTES;
  if (compression === 'gzip') return createGunzip({ chunkSize });
  return createZstdDecompress({ chunkSize, params: { [constants.ZSTD_d_windowLogMax]: MAX_WINDOW_LOG } });
}

/** Reads past so many bytes. The number that there were. */
export async function skipBytes(source: ByteSource, bytes: number): Promise<number> {
  const block = new Uint8Array(Math.min(bytes, OUTPUT_BYTES));
  let skipped = 0;
  while (skipped < bytes) {
    const length = await source.readInto(block.subarray(0, Math.min(block.length, bytes - skipped)));
    if (length === 0) break;
    skipped += length;
  }
  return skipped;
}
