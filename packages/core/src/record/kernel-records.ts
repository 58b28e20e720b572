import { RECORD_ID_LENGTH, writeRecordId } from './ids.ts';
import { addressOf, kernelFunctions } from './kernel.ts';
import {
  type KernelScratch,
  kernelScratch,
  PLAN_BYTES,
  SCRATCH_CELLS,
  SCRATCH_OUT_BYTES,
  SCRATCH_ROWS,
} from './kernel-scratch.ts';
import type { EncodeLimits, OutputBlock } from './record-encoder.ts';
import { CellKind, type RowBatch } from './row-batch.ts';

/** What all records of an encoder have in common. */
export interface RecordPlan {
  /** `literals[i]` stands before cell `i`, the last one after the last cell. The first goes up to the record's id, without it. */
  readonly literals: readonly Uint8Array[];
  readonly prefix: Uint8Array;
  /** For each cell its place in a row; none is -1. */
  readonly places: Int32Array;
  /** Bytes of a record without its cells. */
  readonly fixed: number;
  readonly maxBytes: number;
  /** An empty cell ends a run. */
  readonly needsText: boolean;
  /** Cells are copied as they stand, and one that is no JSON object ends a run; default: they are escaped. */
  readonly copiesObjects?: true;
}

/** Of a literal in the plan: its length and the offset of the cell behind it. */
const HEAD_BYTES = 8;
const FIRST_LITERAL = 16;

/** Encodes runs of rows by the kernel. Made for one width of batches. */
export class KernelRecords {
  readonly #plan: RecordPlan;
  readonly #bytes: Uint8Array | undefined;

  constructor(plan: RecordPlan) {
    this.#plan = plan;
    this.#bytes = planBytes(plan);
  }

  /**
   * Appends the records of rows from `first` on and returns how many: it stops at the limits, where the block might be full, and
   * at a row that is to be looked at on its own. 0, too, where there is no kernel or the batch does not lie in its memory.
   */
  encode(batch: RowBatch, first: number, ordinal: number, out: OutputBlock, limits: EncodeLimits): number {
    const address = this.#bytes === undefined ? -1 : addressOf(batch.bytes);
    const scratch = address < 0 ? undefined : kernelScratch();
    if (scratch === undefined) return 0;
    const { fixed, maxBytes } = this.#plan;
    const rowCells = 12 * batch.width;
    const most = Math.min(batch.count - first, limits.records, Math.floor(SCRATCH_CELLS / batch.width), SCRATCH_ROWS);
    if (most <= 0) return 0;
    this.#load(scratch, batch, first, most, ordinal);
    const kernel = kernelFunctions();
    let done = 0;
    let left = limits.bytes;
    while (done < most) {
      const room = Math.min(SCRATCH_OUT_BYTES, out.bytes.length - out.length);
      if (room < fixed) break;
      const end = kernel.encodeRows(
        scratch.plan,
        address,
        scratch.cells + done * rowCells,
        scratch.rejects + done,
        rowCells,
        most - done,
        scratch.out,
        scratch.out + room,
        Math.min(maxBytes, 0x7fffffff),
        Math.min(left, 0x7fffffff),
      );
      const rows = kernel.rowsEncoded();
      if (rows === 0) break;
      const length = end - scratch.out;
      out.bytes.set(scratch.bytes.subarray(scratch.out, end), out.length);
      out.length += length;
      left -= length;
      done += rows;
    }
    return done;
  }

  #load(scratch: KernelScratch, batch: RowBatch, first: number, rows: number, ordinal: number): void {
    const { bytes, words, plan, cells, rejects } = scratch;
    if (scratch.owner !== this) {
      bytes.set(this.#bytes!, plan);
      scratch.owner = this;
    }
    const id = plan + FIRST_LITERAL + HEAD_BYTES + this.#plan.literals[0]!.length;
    writeRecordId(this.#plan.prefix, ordinal, bytes, id);
    const numbers = 3 * batch.width;
    words.set(batch.cells.subarray(numbers * first, numbers * (first + rows)), cells >> 2);
    bytes.set(batch.reject.subarray(first, first + rows), rejects);
    if (this.#plan.copiesObjects) this.#markObjects(words.subarray(cells >> 2), batch, rows);
  }

  /** Of all kinds, the kernel copies `jsonString` as it stands, and stops at `absent`. */
  #markObjects(cells: Uint32Array, { bytes, width }: RowBatch, rows: number): void {
    for (const place of this.#plan.places) {
      for (let row = 0; row < rows; row++) {
        const cell = 3 * (row * width + place);
        const isObject = cells[cell + 2] === CellKind.jsonValue && bytes[cells[cell]!] === 0x7b;
        cells[cell + 2] = isObject ? CellKind.jsonString : CellKind.absent;
      }
    }
  }
}

/** See `encodeRows` in `kernel/row-kernel.ts`. Undefined for what only the plain encoder takes. */
function planBytes({ literals, places, fixed, needsText }: RecordPlan): Uint8Array | undefined {
  if (places.includes(-1)) return undefined;
  // the id belongs to the literal before it, and the literal behind it follows at once
  const [head, next, ...others] = literals;
  const start = new Uint8Array(head!.length + RECORD_ID_LENGTH + next!.length);
  start.set(head!);
  start.set(next!, head!.length + RECORD_ID_LENGTH);
  const all = [start, ...others];
  const size = FIRST_LITERAL + all.reduce((sum, literal) => sum + HEAD_BYTES + padded(literal.length), 0);
  if (size > PLAN_BYTES) return undefined;
  const plan = new Uint8Array((size + 3) & ~3);
  const view = new DataView(plan.buffer);
  view.setUint32(0, places.length, true);
  view.setUint32(4, fixed, true);
  view.setUint32(8, needsText ? 1 : 0, true);
  let at = FIRST_LITERAL;
  all.forEach((literal, i) => {
    view.setUint32(at, literal.length, true);
    view.setUint32(at + 4, 12 * (places[i] ?? 0), true);
    plan.set(literal, at + HEAD_BYTES);
    at += HEAD_BYTES + padded(literal.length);
  });
  return plan;
}

function padded(length: number): number {
  return (length + 15) & ~15;
}
