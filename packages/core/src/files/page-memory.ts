/** What a page of memory has in WebAssembly; those of processors go into it whole. */
const PAGE_BYTES = 1 << 16;

/** All of it. */
const known = new WeakSet<ArrayBufferLike>();

/**
 * Memory that begins where a page does, as files ask for that are written without the kernel's copy: what JavaScript allocates
 * begins anywhere. Undefined where there is no WebAssembly, or no room for the 8 GB of address space that it sets aside.
 */
export function pageMemory(bytes: number): ArrayBuffer | undefined {
  const pages = Math.ceil(bytes / PAGE_BYTES);
  try {
    const { buffer } = new WebAssembly.Memory({ initial: pages, maximum: pages });
    known.add(buffer);
    return buffer;
  } catch {
    return undefined;
  }
}

/** True for bytes that begin at a page of such memory and are whole pages of `pageBytes`. */
export function isPages({ buffer, byteOffset, length }: Uint8Array, pageBytes: number): boolean {
  return known.has(buffer) && byteOffset % pageBytes === 0 && length % pageBytes === 0;
}
