import type { ByteView } from './escape-json.ts';
import { checkVector, hasEscape, plainInteger, skipSoundString, skipSpace, skipString, skipValue, spells } from './json-scan.ts';

/** Where an answer stands in a `modelOutput`, found without parsing it. Starts are -1 for what is not there. */
export interface PluckedAnswer {
  /** A JSON string with its quotes, or an array of numbers with its brackets. */
  valueStart: number;
  valueEnd: number;
  isVector: boolean;
  /** Bytes of the packed vector, quotes included, where it was packed already; else -1. */
  packedBytes: number;
  /** Inside the quotes. */
  stopStart: number;
  stopEnd: number;
  /** -1 when the answer does not say it. */
  inputTokens: number;
  outputTokens: number;
  /** Where these two numbers begin. */
  inputStart: number;
  outputStart: number;
  /** Inside the quotes of the word that the shape asks for. */
  wordStart: number;
}

export function emptyAnswer(): PluckedAnswer {
  return {
    valueStart: -1,
    valueEnd: -1,
    isVector: false,
    packedBytes: -1,
    stopStart: -1,
    stopEnd: -1,
    inputTokens: -1,
    outputTokens: -1,
    inputStart: -1,
    outputStart: -1,
    wordStart: -1,
  };
}

/**
 * Reads the common shape of an answer that begins at `at`; the position after it. -1 when it has any other shape, and then
 * `family.answer` decides.
 */
export type Plucker = (text: ByteView, at: number, end: number) => number;

/** What to do with the value of a key. */
type Step =
  | { readonly kind: 'object'; readonly keys: readonly KeyStep[]; readonly required: number }
  /** An array of exactly one element. */
  | { readonly kind: 'single'; readonly of: Step }
  | { readonly kind: 'text' | 'vector' | 'stop' | 'inputTokens' | 'outputTokens' }
  /** A string that has to be exactly this. */
  | { readonly kind: 'word'; readonly is: Uint8Array };

interface KeyStep {
  readonly key: Uint8Array;
  readonly step: Step;
}

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** An object: `!` before a key means that the shape does not hold without it. */
function object(keys: Readonly<Record<string, Step>>): Step {
  const names = Object.keys(keys);
  const required = names.reduce((bits, name, i) => (name.startsWith('!') ? bits | (1 << i) : bits), 0);
  return { kind: 'object', required, keys: names.map((name) => ({ key: ascii(name.replace('!', '')), step: keys[name]! })) };
}

const usage = (input: string, output: string) => object({ [input]: { kind: 'inputTokens' }, [output]: { kind: 'outputTokens' } });
const single = (of: Step): Step => ({ kind: 'single', of });
const text: Step = { kind: 'text' };

const converse = object({
  '!output': object({ '!message': object({ '!content': single(object({ '!text': text })) }) }),
  stopReason: { kind: 'stop' },
  usage: usage('inputTokens', 'outputTokens'),
});

const shapes: Readonly<Record<string, Step>> = {
  anthropic: object({
    '!content': single(object({ '!type': { kind: 'word', is: ascii('text') }, '!text': text })),
    stop_reason: { kind: 'stop' },
    usage: usage('input_tokens', 'output_tokens'),
  }),
  nova: converse,
  converse,
  'titan-embed-text': object({ '!embedding': { kind: 'vector' }, inputTextTokenCount: { kind: 'inputTokens' } }),
};

/** A plucker for a family, by its name, that fills `into`; one that finds nothing for a family whose shape is not known. */
export function pluckerFor(family: string, into: PluckedAnswer): Plucker {
  const shape = Object.hasOwn(shapes, family) ? shapes[family] : undefined;
  if (shape === undefined) return () => -1;
  return (text, at, end) => {
    into.valueStart = into.stopStart = into.inputTokens = into.outputTokens = into.inputStart = -1;
    into.outputStart = into.wordStart = into.packedBytes = -1;
    into.isVector = false;
    return walk(text, at, end, shape, into);
  };
}

/** `at` is the first byte of a value; the position after it, -1 when it has not the shape. */
function walk(text: ByteView, at: number, end: number, step: Step, into: PluckedAnswer): number {
  switch (step.kind) {
    case 'object':
      return walkObject(text, at, end, step.keys, step.required, into);
    case 'single':
      return walkSingle(text, at, end, step.of, into);
    case 'text':
      into.valueStart = at;
      into.valueEnd = text.bytes[at] === 0x22 ? skipSoundString(text, at + 1, end) : -1;
      return into.valueEnd;
    case 'stop':
      return walkStop(text, at, end, into);
    default:
      return walkScalar(text, at, end, step, into);
  }
}

function walkObject(
  text: ByteView,
  at: number,
  end: number,
  keys: readonly KeyStep[],
  required: number,
  into: PluckedAnswer,
): number {
  const { bytes } = text;
  if (bytes[at] !== 0x7b) return -1;
  let seen = 0;
  let i = skipSpace(bytes, at + 1, end);
  while (i < end && bytes[i] === 0x22) {
    const keyStart = i + 1;
    const afterKey = skipString(text, keyStart, end);
    if (afterKey < 0 || hasEscape(bytes, keyStart, afterKey - 1)) return -1;
    i = skipSpace(bytes, afterKey, end);
    if (bytes[i] !== 0x3a) return -1;
    i = skipSpace(bytes, i + 1, end);
    const index = keyIndex(bytes, keyStart, afterKey - 1, keys);
    // of two equal keys the last would count: let a parser sort that out
    if (index >= 0 && (seen & (1 << index)) !== 0) return -1;
    if (index >= 0) seen |= 1 << index;
    i = index < 0 ? skipValue(text, i, end) : walk(text, i, end, keys[index]!.step, into);
    if (i < 0) return -1;
    i = skipSpace(bytes, i, end);
    if (i < end && bytes[i] === 0x7d) return (seen & required) === required ? i + 1 : -1;
    if (i >= end || bytes[i] !== 0x2c) return -1;
    i = skipSpace(bytes, i + 1, end);
  }
  return -1;
}

function walkSingle(text: ByteView, at: number, end: number, of: Step, into: PluckedAnswer): number {
  const { bytes } = text;
  if (bytes[at] !== 0x5b) return -1;
  const after = walk(text, skipSpace(bytes, at + 1, end), end, of, into);
  if (after < 0) return -1;
  const close = skipSpace(bytes, after, end);
  return close < end && bytes[close] === 0x5d ? close + 1 : -1;
}

/** A reason without escapes: it is compared as it stands. */
function walkStop(text: ByteView, at: number, end: number, into: PluckedAnswer): number {
  if (text.bytes[at] !== 0x22) return -1;
  const after = skipSoundString(text, at + 1, end);
  into.stopStart = at + 1;
  into.stopEnd = after - 1;
  return after >= 0 && !hasEscape(text.bytes, at + 1, after - 1) ? after : -1;
}

function walkScalar(text: ByteView, at: number, end: number, step: Step, into: PluckedAnswer): number {
  const { bytes } = text;
  const after = skipValue(text, at, end);
  if (after < 0) return -1;
  switch (step.kind) {
    case 'vector':
      into.valueStart = at;
      into.valueEnd = after;
      into.isVector = true;
      return checkVector(text, at, after) ? after : -1;
    case 'inputTokens':
      into.inputStart = at;
      into.inputTokens = plainInteger(bytes, at, after);
      return into.inputTokens < 0 ? -1 : after;
    case 'outputTokens':
      into.outputStart = at;
      into.outputTokens = plainInteger(bytes, at, after);
      return into.outputTokens < 0 ? -1 : after;
    case 'word':
      into.wordStart = at + 1;
      return bytes[at] === 0x22 && spells(bytes, at + 1, after - 1, step.is) ? after : -1;
    default:
      return -1;
  }
}

function keyIndex(bytes: Uint8Array, start: number, end: number, keys: readonly KeyStep[]): number {
  for (let i = 0; i < keys.length; i++) if (spells(bytes, start, end, keys[i]!.key)) return i;
  return -1;
}
