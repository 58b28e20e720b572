/** Temporary space beside the process, for what does not fit into memory. Nothing in it outlives the process. */
export interface Scratch {
  create(): Promise<ScratchFile>;
}

export interface ScratchFile {
  /** Appends; the offset of the first byte. The bytes may be reused when the promise resolves. */
  append(bytes: Uint8Array): Promise<number>;
  /** Fills the block from `offset`; the number of bytes, less than asked for only at the end. */
  readAt(offset: number, block: Uint8Array): Promise<number>;
  /** Removes it. */
  close(): Promise<void>;
}
