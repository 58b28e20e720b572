import type { Plucker } from './answer-plucker.ts';
import type { ByteView } from './escape-json.ts';
import { hasEscape, skipSpace, skipString, skipValue, spells } from './json-scan.ts';

/** Where the parts of one output line stand. Starts are -1 for what is not there; reused from line to line. */
export interface OutputSpans {
  /** Inside the quotes. */
  idStart: number;
  idEnd: number;
  outputStart: number;
  outputEnd: number;
  /** The plucker has read the `modelOutput`. */
  isPlucked: boolean;
  errorStart: number;
  errorEnd: number;
}

/** `odd`: a key is written with escapes, so that only a JSON parser can tell what it is. */
export type SpansFound = 'found' | 'malformed' | 'odd';

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const RECORD_ID = ascii('recordId');
const MODEL_OUTPUT = ascii('modelOutput');
const ERROR = ascii('error');

export function emptySpans(): OutputSpans {
  return { idStart: -1, idEnd: -1, outputStart: -1, outputEnd: -1, isPlucked: false, errorStart: -1, errorEnd: -1 };
}

/**
 * Finds the top-level keys of one output line in any order; everything else, the echoed `modelInput` above all, is
 * skipped. The `modelOutput` is given to the plucker on the way. As with `JSON.parse`, the last of two equal keys counts. A
 * line cut off in the middle is malformed.
 */
export function findSpans(text: ByteView, start: number, end: number, spans: OutputSpans, pluck: Plucker): SpansFound {
  const { bytes } = text;
  spans.idStart = spans.outputStart = spans.errorStart = -1;
  spans.isPlucked = false;
  // a byte order mark is no reason to pay for a record again
  const isMarked = bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf && start + 3 <= end;
  let i = skipSpace(bytes, isMarked ? start + 3 : start, end);
  if (bytes[i] !== 0x7b || i >= end) return 'malformed';
  i = skipSpace(bytes, i + 1, end);
  if (i < end && bytes[i] === 0x7d) return skipSpace(bytes, i + 1, end) === end ? 'found' : 'malformed';
  let isOdd = false;
  while (i < end) {
    if (bytes[i] !== 0x22) return 'malformed';
    const keyStart = i + 1;
    const afterKey = skipString(text, keyStart, end);
    if (afterKey < 0) return 'malformed';
    i = skipSpace(bytes, afterKey, end);
    if (i >= end || bytes[i] !== 0x3a) return 'malformed';
    isOdd ||= hasEscape(bytes, keyStart, afterKey - 1);
    i = skipMember(text, keyStart, afterKey - 1, skipSpace(bytes, i + 1, end), end, spans, pluck);
    if (i < 0) return 'malformed';
    i = skipSpace(bytes, i, end);
    if (i >= end) return 'malformed';
    if (bytes[i] === 0x7d) return skipSpace(bytes, i + 1, end) < end ? 'malformed' : isOdd ? 'odd' : 'found';
    if (bytes[i] !== 0x2c) return 'malformed';
    i = skipSpace(bytes, i + 1, end);
  }
  return 'malformed';
}

/** Notes the value at `at` when its key is one of ours; the position after it, -1 when it does not end. */
function skipMember(
  text: ByteView,
  keyStart: number,
  keyEnd: number,
  at: number,
  end: number,
  spans: OutputSpans,
  pluck: Plucker,
): number {
  const { bytes } = text;
  if (spells(bytes, keyStart, keyEnd, MODEL_OUTPUT)) {
    const plucked = pluck(text, at, end);
    spans.isPlucked = plucked >= 0;
    spans.outputStart = at;
    spans.outputEnd = spans.isPlucked ? plucked : skipValue(text, at, end);
    return spans.outputEnd;
  }
  const after = skipValue(text, at, end);
  if (spells(bytes, keyStart, keyEnd, RECORD_ID)) {
    const isString = bytes[at] === 0x22;
    spans.idStart = isString ? at + 1 : -1;
    spans.idEnd = isString ? after - 1 : -1;
  } else if (spells(bytes, keyStart, keyEnd, ERROR)) {
    spans.errorStart = at;
    spans.errorEnd = after;
  }
  return after;
}
