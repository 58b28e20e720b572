import { pageMemory } from './page-memory.ts';

/** As much at once as a disk takes to be as fast as it can; a multiple of what any disk calls a block. */
export const AREA_BYTES: number = 1 << 19;
/** Where a way around the cache may begin. */
export const PAGE_BYTES = 4096;
/** Areas of this thread, two a file. */
const AREAS = 16;

/** Parts of memory that begin at a page of it, as the kernel asks for where it makes no copy. Undefined until the first are asked for. */
let areas: Uint8Array[] | undefined;

function layOut(): Uint8Array[] {
  const memory = pageMemory(AREAS * AREA_BYTES);
  if (memory === undefined) return [];
  return Array.from({ length: AREAS }, (_, n) => new Uint8Array(memory, n * AREA_BYTES, AREA_BYTES));
}

/** Two of them: one is at the disk while the other is worked on. */
export type AreaPair = readonly [Uint8Array, Uint8Array];

/** Undefined while too many files have theirs. */
export function takeAreas(): AreaPair | undefined {
  areas ??= layOut();
  return areas.length < 2 ? undefined : (areas.splice(-2) as [Uint8Array, Uint8Array]);
}

/** Once nothing is on its way from or to them. */
export function giveAreas(pair: AreaPair): void {
  areas?.push(...pair);
}
