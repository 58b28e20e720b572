import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { isBatchrockError } from '@batchrock/core';
import { snappyUncompressor } from 'hysnappy';
import { LZ4_MOST_GROWTH, unpackLz4, unpackLz4Raw } from './lz4.ts';
import { CODEC_NAMES, PageCodec } from './stored-as.ts';
import type { Fault } from './thrift-reader.ts';

/** Snappy makes 64 bytes of three at most, deflate 1,032 of one; zstd and brotli know no such bound. */
const SNAPPY_MOST_GROWTH = 22;
const DEFLATE_MOST_GROWTH = 1040;
/** What the shortest input may become in spite of that. */
const SLACK = 64;

/** zlib fills buffers of this size at most, one after the other, so that a page that lies about its size costs no more. */
const CHUNK_BYTES = 4 << 20;

let unsnap: ReturnType<typeof snappyUncompressor> | undefined;

/** Throws unless pages of this codec can be read. */
export function checkCodec(codec: number, fault: Fault): void {
  if (CODEC_NAMES[codec] !== undefined && codec !== PageCodec.lzo) return;
  const name = CODEC_NAMES[codec] ?? `number ${codec}`;
  throw fault(`compressed with the codec ${name}; ${CODEC_NAMES.filter((known) => known !== 'LZO').join(', ')} are read`);
}

/**
 * Decompresses a page of exactly `length` bytes. What comes out shorter or longer is an error, and no more than `length` bytes
 * are ever made.
 */
export function decompressPage(codec: number, input: Uint8Array, length: number, fault: Fault): Uint8Array {
  if (codec === PageCodec.none) {
    if (input.length !== length) throw fault(`a page of ${input.length} bytes, its header says ${length}`);
    return input;
  }
  // writers may leave out what is empty
  if (length === 0) return input.subarray(0, 0);
  try {
    switch (codec) {
      case PageCodec.snappy:
        checkGrowth(input, length, SNAPPY_MOST_GROWTH, fault);
        return decodeSnappy(input, length, fault);
      case PageCodec.lz4:
      case PageCodec.lz4Raw: {
        checkGrowth(input, length, LZ4_MOST_GROWTH, fault);
        const out = new Uint8Array(length);
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

/** The decoder writes what the data says, so the length at its front is compared before anything else. */
function decodeSnappy(input: Uint8Array, length: number, fault: Fault): Uint8Array {
  let said = 0;
  for (let at = 0; at < 5; at++) {
    const byte = input[at];
    if (byte === undefined) break;
    said += (byte & 0x7f) * 2 ** (7 * at);
    if (byte >= 0x80) continue;
    if (said !== length) break;
    unsnap ??= snappyUncompressor();
    return unsnap(input, length);
  }
  throw fault(`a SNAPPY page of another length than the ${length} bytes that its header says`);
}
