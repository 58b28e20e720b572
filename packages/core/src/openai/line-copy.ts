import { COPY_KEY } from './line.ts';

const MARK = new TextEncoder().encode(`"${COPY_KEY}":{"copy":`);
/** The mark of a copy ends its line, and is no longer than this. */
const MOST_BYTES = 64;

/**
 * Which of the lines that were one a line of an OpenAI batch file is, from 0; also 0 for a line that was never cut. Found in its last
 * bytes, where `cutLine` has it: no text in a line can look like that, since the quotes in one are escaped.
 */
export function copyOfLine(bytes: Uint8Array, start: number, end: number): number {
  const mark = markIn(bytes, start, end);
  let copy = 0;
  if (mark >= 0)
    for (let i = mark + MARK.length; bytes[i]! >= 0x30 && bytes[i]! <= 0x39; i++) copy = 10 * copy + bytes[i]! - 0x30;
  return copy;
}

/** True for one of the lines that were one. */
export function isCopyOfLine(bytes: Uint8Array, start: number, end: number): boolean {
  return markIn(bytes, start, end) >= 0;
}

/** Where the mark of a copy begins; -1 where there is none. */
function markIn(bytes: Uint8Array, start: number, end: number): number {
  for (let at = end - MARK.length; at >= Math.max(start, end - MOST_BYTES); at--) if (isMark(bytes, at)) return at;
  return -1;
}

function isMark(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < MARK.length; i++) if (bytes[at + i] !== MARK[i]) return false;
  return true;
}
