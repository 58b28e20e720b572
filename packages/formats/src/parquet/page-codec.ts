import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { isBatchrockError } from '@batchrock/core';
import { LZ4_MOST_GROWTH, unpackLz4, unpackLz4Raw } from './lz4.ts';
import type { SharedBlock } from './shared-block.ts';
import { unsnap } from './snappy.ts';
import { CODEC_NAMES, PageCodec } from './stored-as.ts';
import type { Fault } from './thrift-reader.ts';

/** Most bytes that deflate makes of one; zstd and brotli know no such bound. */
const DEFLATE_MOST_GROWTH = 1040;
/** What the shortest input may become in spite of that. */
const SLACK = 64;

/** zlib fills buffers of this size at most, one after the other, so that a page that lies about its size costs no more. */
const CHUNK_BYTES = 4 << 20;

/** Throws unless pages of this codec can be read. */
export function checkCodec(codec: number, fault: Fault): void {
  if (CODEC_NAMES[codec] !== undefined && codec !== PageCodec.lzo) return;
  const name = CODEC_NAMES[codec] ?? `number ${codec}`;
  throw fault(`compressed with the codec ${name}; ${CODEC_NAMES.filter((known) => known !== 'LZO').join(', ')} are read`);
}

/** What a page is decompressed in. */
export interface PageMemory {
  /** Where the page goes, with some codecs. */
  readonly target: SharedBlock;
  /** For compressed bytes, while one page is decompressed. */
  readonly packed: SharedBlock;
  readonly fault: Fault;
}

/**
 * Decompresses a page of exactly `length` bytes. What comes out shorter or longer is an error, and no more than `length` bytes
 * are ever made.
 */
export function decompressPage(
  codec: number,
  input: Uint8Array,
  length: number,
  { target, packed, fault }: PageMemory,
): Uint8Array {
  if (codec === PageCodec.none) {
    if (input.length !== length) throw fault(`a page of ${input.length} bytes, its header says ${length}`);
    return input;
  }
  // writers may leave out what is empty
  if (length === 0) return input.subarray(0, 0);
  try {
    switch (codec) {
      case PageCodec.snappy:
        return unsnap(input, length, target, packed, fault);
      case PageCodec.lz4:
      case PageCodec.lz4Raw: {
        checkGrowth(input, length, LZ4_MOST_GROWTH, fault);
        const out = target.room(length);
        (codec === PageCodec.lz4 ? unpackLz4 : unpackLz4Raw)(input, out, length, fault);
        return out;
      }
      case PageCodec.gzip:
        checkGrowth(input, length, DEFLATE_MOST_GROWTH, fault);
        return exactly(gunzipSync(input, bounds(length)), length, fault);
      case PageCodec.brotli:
        return exactly(brotliDecompressSync(input, bounds(length)), length, fault);
      default:
        return exactly(zstdDecompressSync(input, bounds(length)), length, fault);
    }
  } catch (error) {
    if (isBatchrockError(error) || !(error instanceof Error)) throw error;
    throw fault(`a ${CODEC_NAMES[codec]} page that is damaged (${error.message})`);
  }
}

function bounds(length: number) {
  return { maxOutputLength: length, chunkSize: Math.max(64, Math.min(length + 64, CHUNK_BYTES)) };
}

function exactly(made: Uint8Array, length: number, fault: Fault): Uint8Array {
  if (made.length !== length) throw fault(`a page that becomes ${made.length} bytes, its header says ${length}`);
  return made;
}

function checkGrowth(input: Uint8Array, length: number, most: number, fault: Fault): void {
  if (length <= input.length * most + SLACK) return;
  throw fault(`a page of ${input.length} bytes that claims to become ${length}, more than its codec can make`);
}
