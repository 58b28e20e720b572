/** A file that is open for writing: as much as is needed of a `FileHandle` of `node:fs/promises`, whose errors these are. */
export interface OpenFile {
  write(bytes: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesWritten: number }>;
  datasync(): Promise<void>;
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
}

/** Of the memory that is free: what Linux lets wait for the disk before it begins to write (`vm.dirty_background_ratio`). */
export const CACHE_SHARE = 0.1;

/** Writes all of the bytes, which the system may take in pieces. */
export async function writeWhole(file: OpenFile, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at, bytes.length - at, position + at)).bytesWritten;
}
