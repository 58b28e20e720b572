import { addressOf, takeBlock } from './kernel.ts';

/** Bytes for what an encoder or a scanner has prepared: literals, keys. */
export const PLAN_BYTES = 1 << 16;
/** Most cells of a batch that the kernel takes, three numbers each. */
export const SCRATCH_CELLS = 16_384;
/** Most rows at once. */
export const SCRATCH_ROWS = 4_096;
/** Records are written here, then copied: it stays in the processor's cache. */
export const SCRATCH_OUT_BYTES = 1 << 16;
/** Kernel functions write up to 15 bytes behind what counts. */
const SLACK_BYTES = 64;

/**
 * A piece of the kernel's memory for calls that go through it from one end to the other: nothing in it outlives a call, but for
 * the plan, which has an owner. One for each thread, taken once and kept.
 */
export interface KernelScratch {
  /** Addresses. */
  readonly plan: number;
  readonly cells: number;
  readonly rows: number;
  readonly rejects: number;
  readonly out: number;
  /** All of the kernel's memory. */
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  /** Whose plan is there. */
  owner: object | undefined;
}

let scratch: KernelScratch | undefined;

/** Undefined where there is no kernel. */
export function kernelScratch(): KernelScratch | undefined {
  scratch ??= takeScratch();
  return scratch;
}

function takeScratch(): KernelScratch | undefined {
  const block = takeBlock(PLAN_BYTES + 12 * (SCRATCH_CELLS + SCRATCH_ROWS) + SCRATCH_ROWS + SCRATCH_OUT_BYTES + SLACK_BYTES);
  const plan = addressOf(block);
  if (plan < 0) return undefined;
  const cells = plan + PLAN_BYTES;
  const rows = cells + 12 * SCRATCH_CELLS;
  const rejects = rows + 12 * SCRATCH_ROWS;
  const out = rejects + SCRATCH_ROWS;
  const { buffer } = block;
  return { plan, cells, rows, rejects, out, bytes: new Uint8Array(buffer), words: new Uint32Array(buffer), owner: undefined };
}
