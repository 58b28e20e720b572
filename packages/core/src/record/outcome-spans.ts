import { isCutOffReason } from './cut-off.ts';
import { type ByteView, byteView } from './escape-json.ts';
import { ordinalOf, RECORD_ID_LENGTH } from './ids.ts';
import { plainInteger, skipString, skipValue } from './json-scan.ts';

/** The status of an outcome line, told by its first letter. */
export const OutcomeStatus = {
  succeeded: 0x73,
  failed: 0x66,
  missing: 0x6d,
  rejected: 0x72,
  duplicate: 0x64,
} as const;
export type OutcomeStatus = (typeof OutcomeStatus)[keyof typeof OutcomeStatus];

/**
 * One outcome line, as offsets into its block. Reused from line to line; the fields that its status does not have keep old
 * values. Strings are spans inside their quotes, escaped as in JSON.
 */
export interface OutcomeSpans {
  bytes: Uint8Array;
  /** The same block, for copying from it. */
  text: ByteView;
  start: number;
  /** Line end left out. */
  end: number;
  ordinal: number;
  idStart: number;
  status: OutcomeStatus;
  /**
   * Succeeded: a JSON string with its quotes, or an embedding: packed (`vector-pack.ts`) with its quotes, or with its brackets.
   * Failed: an answer that is of no use, a JSON string as well; -1 where there is none.
   */
  valueStart: number;
  valueEnd: number;
  isEmbedding: boolean;
  stopStart: number;
  stopEnd: number;
  /** -1 when unknown. */
  inputTokens: number;
  outputTokens: number;
  /** Failed or rejected. */
  codeStart: number;
  codeEnd: number;
  messageStart: number;
  messageEnd: number;
  retry: boolean;
  /** Rejected: 1-based line of the source. */
  line: number;
  /** Duplicate: the ordinal of the row whose outcome it has. */
  of: number;
}

export function emptyOutcomeSpans(): OutcomeSpans {
  const text = byteView(new Uint8Array(0));
  return {
    bytes: text.bytes,
    text,
    start: 0,
    end: 0,
    ordinal: -1,
    idStart: 0,
    status: OutcomeStatus.missing,
    valueStart: 0,
    valueEnd: 0,
    isEmbedding: false,
    stopStart: 0,
    stopEnd: 0,
    inputTokens: -1,
    outputTokens: -1,
    codeStart: 0,
    codeEnd: 0,
    messageStart: 0,
    messageEnd: 0,
    retry: false,
    line: 0,
    of: -1,
  };
}

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const RESPONSE = ascii('ucceeded","response":');
const EMBEDDING = ascii('ucceeded","embedding":');
const STOP = ascii(',"stop":"');
const IN = ascii(',"in":');
const OUT = ascii(',"out":');
const FAILED = ascii('ailed","code":"');
const REJECTED = ascii('ejected","code":"');
const MESSAGE = ascii(',"message":"');
const RETRY = ascii(',"retry":');
const LINE = ascii(',"line":');
const KEPT = ascii(',"response":');
const MISSING = ascii('issing"}');
const DUPLICATE = ascii('uplicate","of":"');
const END = ascii('"}');

/** Offset of the id in its line: `{"id":"`. */
const ID_AT = 7;
/** Offset of the status: the id, then `","status":"`. */
const STATUS_AT = ID_AT + RECORD_ID_LENGTH + 12;

/** Reads `bytes[start..end)`, a line that we wrote, without making values; false when it is damaged. */
export function readOutcome(bytes: Uint8Array, start: number, end: number, into: OutcomeSpans): boolean {
  if (into.bytes !== bytes) into.text = byteView(bytes);
  into.bytes = bytes;
  into.start = start;
  into.end = end;
  into.idStart = start + ID_AT;
  into.ordinal = ordinalOf(bytes, into.idStart);
  if (into.ordinal < 0 || end - start < STATUS_AT + 2 || bytes[end - 1] !== 0x7d) return false;
  const at = start + STATUS_AT + 1;
  switch (bytes[at - 1]) {
    case OutcomeStatus.succeeded:
      return readSucceeded(bytes, at, end, into);
    case OutcomeStatus.failed:
      return readFailed(bytes, at, end, into);
    case OutcomeStatus.missing:
      into.status = OutcomeStatus.missing;
      return after(bytes, at, end, MISSING) === end;
    case OutcomeStatus.rejected:
      return readRejected(bytes, at, end, into);
    case OutcomeStatus.duplicate:
      return readDuplicate(bytes, at, end, into);
    default:
      return false;
  }
}

function readDuplicate(bytes: Uint8Array, at: number, end: number, into: OutcomeSpans): boolean {
  into.status = OutcomeStatus.duplicate;
  const id = after(bytes, at, end, DUPLICATE);
  into.of = ordinalOf(bytes, id);
  return into.of >= 0 && into.of < into.ordinal && after(bytes, id + RECORD_ID_LENGTH, end, END) === end;
}

function readSucceeded(bytes: Uint8Array, at: number, end: number, into: OutcomeSpans): boolean {
  into.status = OutcomeStatus.succeeded;
  const response = after(bytes, at, end, RESPONSE);
  into.isEmbedding = response < 0;
  into.valueStart = into.isEmbedding ? after(bytes, at, end, EMBEDDING) : response;
  if (into.valueStart < 0) return false;
  return readAnswer(bytes, end, into);
}

/** The value that begins at `valueStart`, and all that follows it. */
function readAnswer(bytes: Uint8Array, end: number, into: OutcomeSpans): boolean {
  into.valueEnd = skipValue(into.text, into.valueStart, end);
  if (into.valueEnd < 0) return false;
  into.stopStart = after(bytes, into.valueEnd, end, STOP);
  if (into.stopStart < 0) return false;
  let i = skipString(into.text, into.stopStart, end);
  if (i < 0) return false;
  into.stopEnd = i - 1;
  i = readCount(into.text, i, end, IN);
  into.inputTokens = counted;
  i = readCount(into.text, i, end, OUT);
  into.outputTokens = counted;
  return i === end - 1;
}

/** What `readCount` found; beside its result, so that no object is made. */
let counted = -1;

function readCount(text: ByteView, at: number, end: number, name: Uint8Array): number {
  const { bytes } = text;
  const start = after(bytes, at, end, name);
  counted = -1;
  if (start < 0) return at;
  const stop = skipValue(text, start, end);
  if (stop < 0) return end;
  counted = plainInteger(bytes, start, stop);
  return stop;
}

function readFailed(bytes: Uint8Array, at: number, end: number, into: OutcomeSpans): boolean {
  into.status = OutcomeStatus.failed;
  const retry = readTexts(bytes, after(bytes, at, end, FAILED), end, RETRY, into);
  if (retry < 0) return false;
  into.retry = bytes[retry] === 0x74;
  into.valueStart = into.valueEnd = into.inputTokens = into.outputTokens = -1;
  into.isEmbedding = false;
  const next = skipValue(into.text, retry, end);
  if (next === end - 1) return true;
  into.valueStart = after(bytes, next, end, KEPT);
  return into.valueStart >= 0 && readAnswer(bytes, end, into);
}

function readRejected(bytes: Uint8Array, at: number, end: number, into: OutcomeSpans): boolean {
  into.status = OutcomeStatus.rejected;
  const line = readTexts(bytes, after(bytes, at, end, REJECTED), end, LINE, into);
  if (line < 0) return false;
  into.line = plainInteger(bytes, line, end - 1);
  return into.line >= 0;
}

/** Code and message; the position after the literal that follows them, -1 when they are not there. */
function readTexts(bytes: Uint8Array, at: number, end: number, next: Uint8Array, into: OutcomeSpans): number {
  if (at < 0) return -1;
  const afterCode = skipString(into.text, at, end);
  if (afterCode < 0) return -1;
  into.codeStart = at;
  into.codeEnd = afterCode - 1;
  into.messageStart = after(bytes, afterCode, end, MESSAGE);
  if (into.messageStart < 0) return -1;
  const afterMessage = skipString(into.text, into.messageStart, end);
  if (afterMessage < 0) return -1;
  into.messageEnd = afterMessage - 1;
  return after(bytes, afterMessage, end, next);
}

/** The position after `literal` if it stands at `at`, else -1. */
function after(bytes: Uint8Array, at: number, end: number, literal: Uint8Array): number {
  if (at < 0 || at + literal.length > end) return -1;
  for (let i = 0; i < literal.length; i++) if (bytes[at + i] !== literal[i]) return -1;
  return at + literal.length;
}

/** True for a failure that has the answer which it is the failure of. */
export function hasKeptAnswer({ status, valueStart }: OutcomeSpans): boolean {
  return status === OutcomeStatus.failed && valueStart >= 0;
}

/** True when a success was cut off at a limit. */
export function isCutOff(outcome: OutcomeSpans): boolean {
  return isCutOffReason(outcome.bytes, outcome.stopStart, outcome.stopEnd);
}
