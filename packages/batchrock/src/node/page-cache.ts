import { freemem } from 'node:os';

/** Of the memory that is free: what Linux lets wait for the disk before it begins to write (`vm.dirty_background_ratio`). */
const SHARE = 0.1;

/**
 * Room that there is in the kernel's cache of files. Files go there at the pace of memory until the disk falls behind. From then on
 * who writes waits for the disk in any case; the cache costs a page for each 4 KiB, which in a virtual machine takes several times as
 * long as to fill it, and it pushes out what others have in there. `spared`: bytes that were written around it.
 */
export interface PageCache {
  room: number;
  spared: number;
}

/** For all files of this thread. */
export const pageCache: PageCache = { room: SHARE * freemem(), spared: 0 };
