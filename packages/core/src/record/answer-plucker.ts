import { checkString, checkVector, hasEscape, plainInteger, skipSpace, skipString, skipValue, spells } from './json-scan.ts';

/** Where an answer stands in a `modelOutput`, found without parsing it. Starts are -1 for what is not there. */
export interface PluckedAnswer {
  /** A JSON string with its quotes, or an array of numbers with its brackets. */
  valueStart: number;
  valueEnd: number;
  /** Inside the quotes. */
  stopStart: number;
  stopEnd: number;
  /** -1 when the answer does not say it. */
  inputTokens: number;
  outputTokens: number;
}

/** Reads the common shape of an answer; false when it is any other, and then `family.answer` decides. */
export type Plucker = (bytes: Uint8Array, start: number, end: number, into: PluckedAnswer) => boolean;

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

/** The plucker of a family, by its name; one that always leaves it to `family.answer` for a family that has none. */
export function pluckerFor(family: string): Plucker {
  const shape = Object.hasOwn(shapes, family) ? shapes[family] : undefined;
  if (shape === undefined) return () => false;
  return (bytes, start, end, into) => {
    into.valueStart = into.stopStart = into.inputTokens = into.outputTokens = -1;
    return walk(bytes, start, end, shape, into) === end && into.valueStart >= 0;
  };
}

/** `at` is the first byte of a value; the position after it, -1 when it has not the shape. */
function walk(bytes: Uint8Array, at: number, end: number, step: Step, into: PluckedAnswer): number {
  if (step.kind === 'object') return walkObject(bytes, at, end, step.keys, step.required, into);
  if (step.kind === 'single') return walkSingle(bytes, at, end, step.of, into);
  const after = skipValue(bytes, at, end);
  return after >= 0 && take(bytes, at, after, step, into) ? after : -1;
}

function walkObject(
  bytes: Uint8Array,
  at: number,
  end: number,
  keys: readonly KeyStep[],
  required: number,
  into: PluckedAnswer,
): number {
  if (bytes[at] !== 0x7b) return -1;
  let seen = 0;
  let i = skipSpace(bytes, at + 1, end);
  while (i < end && bytes[i] === 0x22) {
    const keyStart = i + 1;
    const afterKey = skipString(bytes, keyStart, end);
    if (afterKey < 0 || hasEscape(bytes, keyStart, afterKey - 1)) return -1;
    i = skipSpace(bytes, afterKey, end);
    if (bytes[i] !== 0x3a) return -1;
    i = skipSpace(bytes, i + 1, end);
    const index = keyIndex(bytes, keyStart, afterKey - 1, keys);
    // of two equal keys the last would count: let a parser sort that out
    if (index >= 0 && (seen & (1 << index)) !== 0) return -1;
    if (index >= 0) seen |= 1 << index;
    i = index < 0 ? skipValue(bytes, i, end) : walk(bytes, i, end, keys[index]!.step, into);
    if (i < 0) return -1;
    i = skipSpace(bytes, i, end);
    if (i < end && bytes[i] === 0x7d) return (seen & required) === required ? i + 1 : -1;
    if (i >= end || bytes[i] !== 0x2c) return -1;
    i = skipSpace(bytes, i + 1, end);
  }
  return -1;
}

function walkSingle(bytes: Uint8Array, at: number, end: number, of: Step, into: PluckedAnswer): number {
  if (bytes[at] !== 0x5b) return -1;
  const after = walk(bytes, skipSpace(bytes, at + 1, end), end, of, into);
  if (after < 0) return -1;
  const close = skipSpace(bytes, after, end);
  return close < end && bytes[close] === 0x5d ? close + 1 : -1;
}

function keyIndex(bytes: Uint8Array, start: number, end: number, keys: readonly KeyStep[]): number {
  for (let i = 0; i < keys.length; i++) if (spells(bytes, start, end, keys[i]!.key)) return i;
  return -1;
}

/** Notes a value that is wanted; false when it is not of the plain kind. */
function take(bytes: Uint8Array, start: number, end: number, step: Step, into: PluckedAnswer): boolean {
  const isString = bytes[start] === 0x22;
  switch (step.kind) {
    case 'text':
      into.valueStart = start;
      into.valueEnd = end;
      return isString && checkString(bytes, start + 1, end - 1);
    case 'vector':
      into.valueStart = start;
      into.valueEnd = end;
      return checkVector(bytes, start, end);
    case 'stop':
      into.stopStart = start + 1;
      into.stopEnd = end - 1;
      return isString && checkString(bytes, start + 1, end - 1) && !hasEscape(bytes, start + 1, end - 1);
    case 'inputTokens':
      into.inputTokens = plainInteger(bytes, start, end);
      return into.inputTokens >= 0;
    case 'outputTokens':
      into.outputTokens = plainInteger(bytes, start, end);
      return into.outputTokens >= 0;
    case 'word':
      return isString && spells(bytes, start + 1, end - 1, step.is);
    default:
      return false;
  }
}
