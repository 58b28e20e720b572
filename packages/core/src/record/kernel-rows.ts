import { addressOf, kernelFunctions } from './kernel.ts';
import { type KernelScratch, kernelScratch, PLAN_BYTES, SCRATCH_CELLS, SCRATCH_ROWS } from './kernel-scratch.ts';
import { RejectReason, type RowBatch } from './row-batch.ts';

/** A stretch of a block of `takeBlock`: offsets of the first byte and of the one after the last. */
export interface Stretch {
  readonly block: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** How rows of CSV are told apart. */
export interface CsvShape {
  readonly delimiter: number;
  readonly newline: number;
  readonly width: number;
  readonly maxRowBytes: number;
}

/** What a scan by the kernel has found. */
export interface ScannedRows {
  /** The place behind the last row. */
  at: number;
  /** Line ends in all rows, those that end them too. */
  lines: number;
}

/**
 * Appends rows to the batch as long as they are plain sailing, and returns how many: whole ones, with as many cells as the
 * header, that fit the batch. `line`: of the first row. 0, too, where there is no kernel.
 */
export function scanCsvRows(shape: CsvShape, from: Stretch, line: number, batch: RowBatch, found: ScannedRows): number {
  const address = addressOf(from.block);
  const scratch = address < 0 ? undefined : kernelScratch();
  const capacity = scratch === undefined ? 0 : capacityOf(batch);
  if (scratch === undefined || capacity === 0) return 0;
  const kernel = kernelFunctions();
  const count = kernel.scanCsvRows(
    address,
    from.start,
    from.end,
    shape.delimiter,
    shape.newline,
    shape.width,
    shape.maxRowBytes,
    capacity,
    scratch.cells,
    scratch.rows,
  );
  found.at = kernel.scannedTo();
  found.lines = kernel.scannedLines();
  append(scratch, batch, count, line);
  return count;
}

/** Keys of JSON Lines as the kernel compares them. */
export class JsonKeys {
  /** 0 where the kernel cannot take them. */
  readonly width: number;
  readonly #plan: Uint8Array;

  constructor(names: readonly string[]) {
    const plan = jsonPlan(names);
    this.width = plan === undefined ? 0 : names.length;
    this.#plan = plan ?? new Uint8Array(0);
  }

  /** As `scanCsvRows`, for JSON Lines whose keys are among these. The batch is as wide as there are keys. */
  scan(from: Stretch, maxRowBytes: number, line: number, batch: RowBatch, found: ScannedRows): number {
    const address = this.width === 0 ? -1 : addressOf(from.block);
    const scratch = address < 0 ? undefined : kernelScratch();
    const capacity = scratch === undefined ? 0 : capacityOf(batch);
    if (scratch === undefined || capacity === 0) return 0;
    if (scratch.owner !== this) {
      scratch.bytes.set(this.#plan, scratch.plan);
      scratch.owner = this;
    }
    const kernel = kernelFunctions();
    const { plan, cells, rows } = scratch;
    const count = kernel.scanJsonRows(address, from.start, from.end, plan, maxRowBytes, capacity, cells, rows);
    found.at = kernel.scannedTo();
    found.lines = kernel.scannedLines();
    append(scratch, batch, count, line);
    return count;
  }
}

function capacityOf(batch: RowBatch): number {
  const left = Math.min(SCRATCH_ROWS, batch.rowStart.length - batch.count);
  return batch.width === 0 ? 0 : Math.min(left, Math.floor(SCRATCH_CELLS / batch.width));
}

function append({ words, cells, rows }: KernelScratch, batch: RowBatch, count: number, line: number): void {
  const first = batch.count;
  const numbers = 3 * batch.width;
  batch.cells.set(words.subarray(cells >> 2, (cells >> 2) + numbers * count), numbers * first);
  for (let i = 0, at = rows >> 2; i < count; i++, at += 3) {
    batch.rowStart[first + i] = words[at]!;
    batch.rowEnd[first + i] = words[at + 1]!;
    batch.line[first + i] = line + words[at + 2]!;
  }
  batch.reject.fill(RejectReason.none, first, first + count);
  batch.count += count;
}

/** See `scanJsonRows` in `kernel/row-kernel.ts`; undefined where there are none or too many. */
function jsonPlan(names: readonly string[]): Uint8Array | undefined {
  const text = new TextEncoder();
  const keys = names.map((name) => text.encode(JSON.stringify(name).slice(1, -1)));
  const size = 16 + keys.reduce((sum, key) => sum + 16 + padded(key.length), 0);
  if (keys.length === 0 || size > PLAN_BYTES) return undefined;
  const plan = new Uint8Array(size);
  const words = new Uint32Array(plan.buffer);
  words[0] = keys.length;
  let at = 16;
  keys.forEach((key, column) => {
    words[at >> 2] = key.length;
    words[(at >> 2) + 2] = column;
    plan.set(key, at + 16);
    at += 16 + padded(key.length);
  });
  return plan;
}

function padded(length: number): number {
  return (length + 15) & ~15;
}
