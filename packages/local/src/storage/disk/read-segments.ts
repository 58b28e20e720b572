import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { BlobFolder, Segment } from './blob-folder.ts';

/** Bytes asked of the disk at once, and held for a slow reader. */
const READ_BYTES = 256 * 1024;

/** The bytes from `from` up to and without `to` of segments laid end to end. The files stay until the body is closed. */
export function readSegments(blobs: BlobFolder, segments: readonly Segment[], from: number, to: number): Readable {
  const unpin = blobs.pin(segments);
  const body = Readable.from(pieces(blobs, segments, from, to), { objectMode: false, highWaterMark: READ_BYTES });
  body.once('close', unpin);
  return body;
}

async function* pieces(blobs: BlobFolder, segments: readonly Segment[], from: number, to: number): AsyncGenerator<Buffer> {
  let start = 0;
  for (const segment of segments) {
    const first = Math.max(from, start) - start;
    const last = Math.min(to, start + segment.size) - start;
    if (first < last) yield* piecesOfFile(blobs.path(segment.file), first, last);
    start += segment.size;
    if (start >= to) return;
  }
}

async function* piecesOfFile(path: string, from: number, to: number): AsyncGenerator<Buffer> {
  const file = await open(path, 'r');
  try {
    for (let at = from; at < to; ) {
      const block = Buffer.allocUnsafe(Math.min(READ_BYTES, to - at));
      const { bytesRead } = await file.read(block, 0, block.length, at);
      if (bytesRead === 0) throw new Error(`${path} is shorter than its index says`);
      at += bytesRead;
      yield bytesRead === block.length ? block : block.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
