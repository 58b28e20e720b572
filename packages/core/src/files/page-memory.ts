/** What a page of memory has in WebAssembly; those of processors go into it whole. */
const PAGE_BYTES = 1 << 16;

/**
 * Memory that begins where a page does, as files ask for that are written without the kernel's copy: what JavaScript allocates
 * begins anywhere. Undefined where there is no WebAssembly, or no room for the 8 GB of address space that it sets aside.
 */
export function pageMemory(bytes: number): ArrayBuffer | undefined {
  const pages = Math.ceil(bytes / PAGE_BYTES);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages }).buffer;
  } catch {
    return undefined;
  }
}
