import type { RandomAccess } from '@batchrock/core';

/** Fills `target` with the bytes from `from` on. */
export async function readRange(access: RandomAccess, from: number, target: Uint8Array, signal?: AbortSignal): Promise<void> {
  if (access.readInto !== undefined) await access.readInto(from, target, signal);
  else target.set(await access.read(from, from + target.length, signal));
}
