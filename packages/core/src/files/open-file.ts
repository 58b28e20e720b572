/** A file that is open for writing: as much as is needed of a `FileHandle` of `node:fs/promises`, whose errors these are. */
export interface OpenFile {
  write(bytes: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesWritten: number }>;
  datasync(): Promise<void>;
  close(): Promise<void>;
}

/** One that is open for reading, likewise. */
export interface ReadableFile {
  read(bytes: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
  close(): Promise<void>;
}

/**
 * Room that there is in the kernel's cache of files. Files go there at the pace of memory until the disk falls behind. From then on
 * who writes waits for the disk in any case; the cache costs a page for each 4 KiB, which in a virtual machine takes several times as
 * long as to fill it, and it pushes out what others have in there. `spared`: bytes that were written around it.
 */
export interface PageCache {
  room: number;
  spared: number;
  /** Milliseconds that the kernel has worked for this process; absent: nobody knows, and there is room until it is used up. */
  readonly kernelMs?: () => number;
  /** Bytes since the kernel's work was last looked at, and how much that was then. */
  watched?: { bytes: number; readonly ms: number };
}

/** Of the memory that is free: what Linux lets wait for the disk before it begins to write (`vm.dirty_background_ratio`). */
export const CACHE_SHARE = 0.1;

/** So often the work of the kernel is looked at. */
const WATCHED_BYTES = 1 << 26;
/** A second a gigabyte, several times what it takes to fill pages that are at hand. */
const DEAR_MS_PER_BYTE = 1e-6;

/** Bytes have gone through the cache; where that has become dear there is no more room. */
export function useRoom(cache: PageCache, bytes: number): void {
  cache.room -= bytes;
  const ms = cache.kernelMs?.();
  if (ms === undefined) return;
  cache.watched ??= { bytes: 0, ms };
  cache.watched.bytes += bytes;
  if (cache.watched.bytes < WATCHED_BYTES) return;
  if (ms - cache.watched.ms > DEAR_MS_PER_BYTE * cache.watched.bytes) cache.room = 0;
  cache.watched = undefined;
}

/** Writes all of the bytes, which the system may take in pieces. */
export async function writeWhole(file: OpenFile, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at, bytes.length - at, position + at)).bytesWritten;
}

/** Reads until `bytes` is full or the file ends; the bytes that were read. */
export async function readWhole(file: ReadableFile, bytes: Uint8Array, position: number): Promise<number> {
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}
