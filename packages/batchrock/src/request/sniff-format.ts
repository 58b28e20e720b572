import { type ByteSource, isBatchrockError } from '@batchrock/core';
import { type CompressionName, compressionOf, decompress, type FormatName } from '@batchrock/formats';

/** What the first bytes of a file without a name say. */
export interface SniffedFormat {
  /** Undefined for a file without text. */
  readonly format: FormatName | undefined;
  readonly compression: CompressionName | undefined;
}

const LOOKED_AT_BYTES = 4096;

/** Tells JSON Lines, which begin with a brace, and Parquet, which begins with `PAR1`, from CSV, and what is compressed from what is not. Closes what it opens. */
export async function sniffFormat(open: () => Promise<ByteSource>): Promise<SniffedFormat> {
  const start = await firstBytes(await open());
  const compression = compressionOf(start);
  const text = compression === undefined ? start : await unpacked(await open(), compression);
  const begin = new TextDecoder().decode(text).trimStart();
  return {
    format: begin === '' ? undefined : begin.startsWith('{') ? 'jsonl' : begin.startsWith('PAR1') ? 'parquet' : 'csv',
    compression,
  };
}

async function firstBytes(source: ByteSource): Promise<Uint8Array> {
  const block = new Uint8Array(LOOKED_AT_BYTES);
  try {
    let filled = 0;
    for (let n = -1; n !== 0 && filled < block.length; filled += n) n = await source.readInto(block.subarray(filled));
    return block.subarray(0, filled);
  } finally {
    await source.close();
  }
}

/** The beginning of the content; nothing where it cannot be unpacked, which its reader will say in full. */
async function unpacked(source: ByteSource, compression: CompressionName): Promise<Uint8Array> {
  try {
    return await firstBytes(decompress(source, compression, { name: 'the dataset' }));
  } catch (error) {
    if (isBatchrockError(error) && error.kind === 'input') return new Uint8Array(0);
    throw error;
  }
}
