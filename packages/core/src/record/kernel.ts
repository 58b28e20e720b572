import { KERNEL_CODE } from './kernel-code.ts';

/** The functions of the byte kernel; see `kernel/byte-kernel.ts` and `kernel/row-kernel.ts`. All numbers are addresses in its memory. */
export interface KernelFunctions {
  copy(from: number, end: number, to: number): number;
  matchLine(template: number, at: number, end: number, spans: number): number;
  outcomeLine(spans: number, literals: number, to: number): number;
  collectLines(
    template: number,
    at: number,
    end: number,
    spans: number,
    literals: number,
    prefix: number,
    to: number,
    limit: number,
    table: number,
    tableEnd: number,
  ): number;
  linesCollected(): number;
  readSucceeded(at: number, end: number, spans: number, literals: number): number;
  escape(from: number, end: number, doubled: boolean, to: number): number;
  unescape(from: number, end: number, to: number): number;
  undouble(from: number, end: number, to: number): number;
  parseFloats(from: number, end: number, to: number, hard: number): number;
  packVector(at: number, end: number, to: number, limit: number): number;
  arrayEnd(): number;
  skipNumbers(at: number, end: number): number;
  unpackFloats(from: number, end: number, to: number): number;
  vectorText(from: number, end: number, to: number): number;
  csvCell(from: number, end: number, delimiter: number, to: number): number;
  csvAnswer(
    value: number,
    valueEnd: number,
    literal: number,
    length: number,
    stop: number,
    stopEnd: number,
    input: number,
    output: number,
    delimiter: number,
    to: number,
  ): number;
  jsonCell(literal: number, length: number, from: number, end: number, doubled: boolean, to: number): number;
  jsonAnswer(
    table: number,
    value: number,
    valueEnd: number,
    stop: number,
    stopEnd: number,
    input: number,
    output: number,
    to: number,
  ): number;
  encodeRows(
    plan: number,
    bytes: number,
    cells: number,
    rejects: number,
    rowCells: number,
    count: number,
    to: number,
    end: number,
    maxRecordBytes: number,
    maxBytes: number,
  ): number;
  rowsEncoded(): number;
  scanCsvRows(
    bytes: number,
    start: number,
    stop: number,
    delimiter: number,
    newline: number,
    width: number,
    maxRowBytes: number,
    capacity: number,
    spans: number,
    rows: number,
  ): number;
  scanJsonRows(
    bytes: number,
    start: number,
    stop: number,
    keys: number,
    maxRowBytes: number,
    capacity: number,
    spans: number,
    rows: number,
  ): number;
  scannedTo(): number;
  scannedLines(): number;
}

/**
 * Memory that the kernel works in. It is fixed, so that views of it stay good: what is not touched takes no real memory. When
 * it is used up, blocks are plain arrays and everything is done in JavaScript.
 */
const PAGE_BYTES = 65_536;
const MEMORY_BYTES = 192 << 20;
/** The compiler's own data comes first; loads of the kernel may reach a little behind a block. */
const FIRST_ADDRESS = 4_096;
const SLACK_BYTES = 64;

interface Area {
  at: number;
  size: number;
}

/** The kernel of this thread, with the blocks of its memory. */
class Kernel {
  readonly memory: WebAssembly.Memory;
  readonly buffer: ArrayBuffer;
  readonly functions: KernelFunctions;
  /** Free areas in order of their addresses; no two touch. */
  readonly #free: Area[] = [{ at: FIRST_ADDRESS, size: MEMORY_BYTES - SLACK_BYTES - FIRST_ADDRESS }];
  readonly #taken = new Map<number, number>();

  constructor(memory: WebAssembly.Memory, functions: KernelFunctions) {
    this.memory = memory;
    this.buffer = memory.buffer;
    this.functions = functions;
  }

  take(bytes: number): Uint8Array | undefined {
    const size = Math.max(SLACK_BYTES, (bytes + SLACK_BYTES - 1) & -SLACK_BYTES);
    const index = this.#free.findIndex((area) => area.size >= size);
    const area = this.#free[index];
    if (area === undefined) return undefined;
    const { at } = area;
    area.at += size;
    area.size -= size;
    if (area.size === 0) this.#free.splice(index, 1);
    this.#taken.set(at, size);
    return new Uint8Array(this.buffer, at, bytes);
  }

  release(at: number): void {
    const size = this.#taken.get(at);
    if (size === undefined) return;
    this.#taken.delete(at);
    const next = this.#free.findIndex((area) => area.at > at);
    const index = next < 0 ? this.#free.length : next;
    this.#free.splice(index, 0, { at, size });
    this.#join(index);
    if (index > 0) this.#join(index - 1);
  }

  #join(index: number): void {
    const area = this.#free[index]!;
    const next = this.#free[index + 1];
    if (next === undefined || area.at + area.size !== next.at) return;
    area.size += next.size;
    this.#free.splice(index + 1, 1);
  }
}

/** Undefined until it is asked for; null where there is no WebAssembly, or none with vectors. */
let kernel: Kernel | null | undefined;

function startKernel(): Kernel | null {
  try {
    const pages = MEMORY_BYTES / PAGE_BYTES;
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const module = new WebAssembly.Module(fromBase64(KERNEL_CODE));
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    return new Kernel(memory, exports as unknown as KernelFunctions);
  } catch {
    // switched off, an old processor, or not so much address space: all of it is done without
    return null;
  }
}

let isAllowed = true;

/**
 * Switches the kernel off, or on again, for all blocks of this thread that are taken from now on: everything is done in
 * JavaScript then, with the same result. Returns what it was before.
 */
export function allowKernel(allowed: boolean): boolean {
  const before = isAllowed;
  isAllowed = allowed;
  return before;
}

/**
 * A block of bytes in the kernel's memory, not cleared; a plain array when there is no kernel or no room. Give it back by
 * `releaseBlock`.
 */
export function takeBlock(bytes: number): Uint8Array {
  if (!isAllowed) return new Uint8Array(bytes);
  if (kernel === undefined) kernel = startKernel();
  return kernel?.take(bytes) ?? new Uint8Array(bytes);
}

/** Gives a block of `takeBlock` back; nothing may be read from it or written to it any more. Other arrays are left alone. */
export function releaseBlock(block: Uint8Array): void {
  if (kernel && block.buffer === kernel.buffer) kernel.release(block.byteOffset);
}

/** The address of the first byte of a block in the kernel's memory, -1 for every other array. */
export function addressOf(block: Uint8Array): number {
  return kernel && block.buffer === kernel.buffer ? block.byteOffset : -1;
}

/** The functions that work on blocks whose `addressOf` is not -1. */
export function kernelFunctions(): KernelFunctions {
  return (kernel as Kernel).functions;
}

/** The functions of another module, given as base64, that works in the kernel's memory; undefined when there is no kernel. */
export function linkKernel(code: string): object | undefined {
  if (kernel === undefined) kernel = startKernel();
  if (kernel === null) return undefined;
  return new WebAssembly.Instance(new WebAssembly.Module(fromBase64(code)), { env: { memory: kernel.memory } }).exports;
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}
