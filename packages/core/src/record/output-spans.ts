import { hasEscape, skipSpace, skipString, skipValue, spells } from './json-scan.ts';

/** Where the parts of one output line stand. Starts are -1 for what is not there; reused from line to line. */
export interface OutputSpans {
  /** Inside the quotes. */
  idStart: number;
  idEnd: number;
  outputStart: number;
  outputEnd: number;
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
  return { idStart: -1, idEnd: -1, outputStart: -1, outputEnd: -1, errorStart: -1, errorEnd: -1 };
}

/**
 * Finds the top-level keys of one output line in any order; everything else, the echoed `modelInput` above all, is
 * skipped. As with `JSON.parse`, the last of two equal keys counts. A line cut off in the middle is malformed.
 */
export function findSpans(bytes: Uint8Array, start: number, end: number, spans: OutputSpans): SpansFound {
  spans.idStart = spans.outputStart = spans.errorStart = -1;
  // a byte order mark is no reason to pay for a record again
  const isMarked = bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf && start + 3 <= end;
  let i = skipSpace(bytes, isMarked ? start + 3 : start, end);
  if (bytes[i] !== 0x7b || i >= end) return 'malformed';
  i = skipSpace(bytes, i + 1, end);
  if (i < end && bytes[i] === 0x7d) return skipSpace(bytes, i + 1, end) === end ? 'found' : 'malformed';
  while (i < end) {
    if (bytes[i] !== 0x22) return 'malformed';
    const keyStart = i + 1;
    const afterKey = skipString(bytes, keyStart, end);
    if (afterKey < 0) return 'malformed';
    i = skipSpace(bytes, afterKey, end);
    if (i >= end || bytes[i] !== 0x3a) return 'malformed';
    const valueStart = skipSpace(bytes, i + 1, end);
    const valueEnd = skipValue(bytes, valueStart, end);
    if (valueEnd < 0) return 'malformed';
    if (hasEscape(bytes, keyStart, afterKey - 1)) return 'odd';
    keep(bytes, keyStart, afterKey - 1, valueStart, valueEnd, spans);
    i = skipSpace(bytes, valueEnd, end);
    if (i >= end) return 'malformed';
    if (bytes[i] === 0x7d) return skipSpace(bytes, i + 1, end) === end ? 'found' : 'malformed';
    if (bytes[i] !== 0x2c) return 'malformed';
    i = skipSpace(bytes, i + 1, end);
  }
  return 'malformed';
}

function keep(bytes: Uint8Array, keyStart: number, keyEnd: number, start: number, end: number, spans: OutputSpans): void {
  if (spells(bytes, keyStart, keyEnd, RECORD_ID)) {
    const isString = bytes[start] === 0x22;
    spans.idStart = isString ? start + 1 : -1;
    spans.idEnd = isString ? end - 1 : -1;
  } else if (spells(bytes, keyStart, keyEnd, MODEL_OUTPUT)) {
    spans.outputStart = start;
    spans.outputEnd = end;
  } else if (spells(bytes, keyStart, keyEnd, ERROR)) {
    spans.errorStart = start;
    spans.errorEnd = end;
  }
}
