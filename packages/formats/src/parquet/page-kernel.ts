import { linkKernel } from '@batchrock/core';
import { KERNEL_CODE } from './page-kernel-code.ts';

/** The functions of the page kernel; see `kernel/page-kernel.ts` and those beside it. All numbers are addresses. */
export interface PageKernel {
  unsnap(at: number, end: number, to: number, toEnd: number): number;
  prefixedSpans(at: number, end: number, count: number, spans: number): number;
  wholeSpans(at: number, count: number, width: number, signed: boolean, spans: number, to: number): void;
  putCells(row: number, first: number): number;
  writeRows(
    plan: number,
    count: number,
    block: number,
    to: number,
    end: number,
    maxRowBytes: number,
    cells: number,
    starts: number,
    ends: number,
  ): number;
}

let kernel: PageKernel | undefined;

/** The page kernel of this thread. Only for blocks in the kernel's memory: where there is none, there is no page kernel. */
export function pageKernel(): PageKernel {
  kernel ??= linkKernel(KERNEL_CODE) as PageKernel;
  return kernel;
}
