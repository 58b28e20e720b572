import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';

const WORDS = ['river', 'granite', 'lantern', 'orchard', 'signal', 'harbour', 'velvet', 'meadow', 'copper', 'winter'] as const;
const POOL_BYTES = 4 << 20;
const BATCH_BYTES = 1 << 20;
const PART_BYTES = 16 << 20;

/** Gives texts of so many bytes, each a different piece of the same words. */
export function longTexts(bytes: number): (row: number) => string {
  let pool = '';
  for (let state = 1; pool.length < POOL_BYTES + bytes; ) {
    // every number below the prime once
    state = (state * 48_271) % 2_147_483_647;
    pool += `${WORDS[state % WORDS.length]} ${state.toString(36)} `;
  }
  return (row) => {
    const from = (row * 7_919) % POOL_BYTES;
    return pool.slice(from, from + bytes);
  };
}

/** Writes an object of so many lines, a piece at a time. */
export async function putLines(
  s3: S3Client,
  to: { readonly Bucket: string; readonly Key: string },
  lines: number,
  lineOf: (i: number) => string,
): Promise<void> {
  const Body = Readable.from(batches(lines, lineOf), { objectMode: false });
  await new Upload({ client: s3, params: { ...to, Body }, partSize: PART_BYTES, queueSize: 2 }).done();
}

function* batches(lines: number, lineOf: (i: number) => string): Iterable<Buffer> {
  let batch = '';
  for (let i = 0; i < lines; i++) {
    batch += `${lineOf(i)}\n`;
    if (batch.length < BATCH_BYTES) continue;
    yield Buffer.from(batch);
    batch = '';
  }
  yield Buffer.from(batch);
}
