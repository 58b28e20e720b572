import type { Buffer } from 'node:buffer';
import { CellKind } from '@batchrock/core';

/** The text of the cell whose three numbers begin at `cells[at]`. */
export function cellText(bytes: Buffer, cells: Uint32Array, at: number): string {
  const text = bytes.toString('utf8', cells[at], cells[at + 1]);
  return cells[at + 2] === CellKind.quotedText ? text.replaceAll('""', '"') : text;
}
