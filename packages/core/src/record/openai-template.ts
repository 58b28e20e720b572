import type { JsonObject } from '../model/index.ts';
import { type ByteView, byteView, copyBytes } from './escape-json.ts';
import { skipPlain, skipSpace, skipString } from './json-scan.ts';

/** A text in a line, in the order of the line. */
interface Hole {
  /** Where it goes in the request: the how-manieth of its texts; -1: nowhere. */
  readonly place: number;
  /** What the assistant said: white space behind it may be taken away. */
  readonly isTrimmed: boolean;
}

/** A text of a line, found in its bytes. */
interface FoundText {
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** The letters of the escapes that `JSON.stringify` writes; it has others for what they stand for not. */
const WRITTEN_ESCAPES = new Set([...'"\\bfnrt'].map((letter) => letter.charCodeAt(0)));

/**
 * The shape of lines of an OpenAI batch file that differ in texts alone, and of the requests made of them: a line that fits is
 * written by copying its texts. It writes what the translation writes, byte for byte, and leaves to it every line in which a text
 * might be changed: blank ones, and those with escapes that `JSON.stringify` would not write so.
 */
export class LineTemplate {
  /** `around[i]` stands before hole `i` of the line, its quote included; the last one behind the last hole. */
  readonly #around: readonly Uint8Array[];
  readonly #holes: readonly Hole[];
  /** `literals[i]` stands before text `i` of the request, the last one behind the last text. */
  readonly #literals: readonly ByteView[];
  readonly #fixed: number;
  /** Of the texts of the line that fits, by their places in the request. */
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;

  private constructor(around: readonly Uint8Array[], holes: readonly Hole[], literals: readonly Uint8Array[]) {
    this.#around = around;
    this.#holes = holes;
    this.#literals = literals.map(byteView);
    this.#fixed = literals.reduce((sum, literal) => sum + literal.length, 0);
    this.#starts = new Int32Array(literals.length - 1);
    this.#ends = new Int32Array(literals.length - 1);
  }

  /**
   * Learns from a line and its parsed value. `translate` gives the request of a line, undefined where it cannot be sent. Undefined
   * for a line that has no texts to copy, or in which something else depends on them.
   */
  static learn(
    line: Uint8Array,
    value: unknown,
    translate: (value: unknown) => JsonObject | undefined,
  ): LineTemplate | undefined {
    const wanted = textsOf(value);
    const found = stringsOf(line).filter(({ path }) => wanted.has(path));
    if (found.length !== wanted.size || new Set(found.map(({ path }) => path)).size !== found.length) return undefined;
    const marker = freeMarker(line);
    const marked: unknown = JSON.parse(JSON.stringify(value));
    const copied = found.filter(({ path }) => path !== 'custom_id');
    copied.forEach(({ path }, i) => {
      setText(marked, path, `${marker}${i}x`);
    });
    const request = translate(marked);
    if (request === undefined || copied.length === 0) return undefined;
    const pieces = JSON.stringify(request).split(new RegExp(`${marker}(\\d+)x`));
    const order = pieces.filter((_, i) => i % 2 === 1).map(Number);
    if (order.length !== copied.length || new Set(order).size !== order.length) return undefined;
    const encoder = new TextEncoder();
    const literals = pieces.filter((_, i) => i % 2 === 0).map((piece) => encoder.encode(piece));
    const holes = found.map((text): Hole => {
      const place = order.indexOf(copied.indexOf(text));
      return { place, isTrimmed: wanted.get(text.path) === 'assistant' };
    });
    const edges = [...found.map(({ start }) => start), line.length];
    const around = edges.map((edge, i) => line.slice(i === 0 ? 0 : found[i - 1]!.end, edge));
    return new LineTemplate(around, holes, literals);
  }

  /** Bytes of the request of a line, `bytes[start..end)`, or -1 where the line does not fit. */
  fit(text: ByteView, start: number, end: number): number {
    const { bytes } = text;
    const around = this.#around;
    let at = start;
    let length = this.#fixed;
    for (let i = 0; i < this.#holes.length; i++) {
      const before = around[i]!;
      if (!standsAt(bytes, at, end, before)) return -1;
      const from = at + before.length;
      const { place, isTrimmed } = this.#holes[i]!;
      at = place < 0 ? plainEnd(text, from, end) : copiedEnd(text, from, end, isTrimmed);
      if (at <= from) return -1;
      if (place < 0) continue;
      this.#starts[place] = from;
      this.#ends[place] = at;
      length += at - from;
    }
    const behind = around[around.length - 1]!;
    return end - at === behind.length && standsAt(bytes, at, end, behind) ? length : -1;
  }

  /** Writes the request of the line that fitted last; returns the offset behind it. */
  write(from: ByteView, to: ByteView, at: number): number {
    const literals = this.#literals;
    for (let i = 0; i < literals.length; i++) {
      const literal = literals[i]!.bytes;
      to.bytes.set(literal, at);
      at += literal.length;
      if (i < this.#starts.length) at = copyBytes(from, this.#starts[i]!, this.#ends[i]!, to, at);
    }
    return at;
  }
}

function standsAt(bytes: Uint8Array, at: number, end: number, literal: Uint8Array): boolean {
  const { length } = literal;
  if (end - at < length) return false;
  for (let i = 0; i < length; i++) if (bytes[at + i] !== literal[i]) return false;
  return true;
}

/** Where a text ends that `JSON.stringify` would write as it stands, its quote; -1 for any other. */
function plainEnd(text: ByteView, start: number, end: number): number {
  const { bytes } = text;
  let at = start;
  for (;;) {
    at = skipPlain(text, at, end);
    if (at >= end) return -1;
    const byte = bytes[at]!;
    if (byte === QUOTE) return at;
    if (byte !== BACKSLASH || !WRITTEN_ESCAPES.has(bytes[at + 1]!)) return -1;
    at += 2;
  }
}

/** Where a text ends that is copied as it stands, its quote; -1 for one that has to be looked at. */
function copiedEnd(text: ByteView, start: number, end: number, isTrimmed: boolean): number {
  const { bytes } = text;
  if (mayBeBlank(bytes, start)) return -1;
  const at = plainEnd(text, start, end);
  if (at < 0 || !isTrimmed) return at;
  const last = bytes[at - 1]!;
  // an escape may end in a letter and stand for a line feed
  return last > 0x20 && last < 0x7f && bytes[at - 2] !== BACKSLASH ? at : -1;
}

/** True unless the first character of a text is surely none of white space. Lead bytes of those beyond ASCII: U+0085 to U+FEFF. */
function mayBeBlank(bytes: Uint8Array, start: number): boolean {
  const byte = bytes[start]!;
  if (byte <= 0x20 || byte === QUOTE || byte === BACKSLASH) return true;
  if (byte < 0x80) return byte === 0x7f;
  if (byte === 0xe3) return bytes[start + 1] === 0x80;
  return byte === 0xc2 || byte === 0xe1 || byte === 0xe2 || byte === 0xef;
}

/** A word that stands nowhere in the line. */
function freeMarker(line: Uint8Array): string {
  const text = new TextDecoder().decode(line);
  for (let i = 0; ; i++) {
    const marker = `hole${i}y`;
    if (!text.includes(marker)) return marker;
  }
}

/** The texts of a line that may differ from those of the next one: its `custom_id`, and what is said, embedded or completed. */
function textsOf(value: unknown): ReadonlyMap<string, 'id' | 'text' | 'assistant'> {
  const { body } = value as { readonly body: { readonly [key: string]: unknown } };
  const texts = new Map<string, 'id' | 'text' | 'assistant'>([['custom_id', 'id']]);
  for (const key of ['input', 'prompt']) if (typeof body[key] === 'string') texts.set(`body.${key}`, 'text');
  const messages = Array.isArray(body['messages']) ? (body['messages'] as readonly unknown[]) : [];
  messages.forEach((message, i) => {
    const { role, content } = message as { readonly role?: unknown; readonly content?: unknown };
    // the result of a tool may be read as JSON
    const kind =
      role === 'assistant' ? 'assistant' : role === 'system' || role === 'user' || role === 'developer' ? 'text' : undefined;
    if (kind === undefined) return;
    if (typeof content === 'string') texts.set(`body.messages.${i}.content`, kind);
    if (!Array.isArray(content)) return;
    content.forEach((part: { readonly type?: unknown; readonly text?: unknown }, j) => {
      if (part?.type === 'text' && typeof part.text === 'string') texts.set(`body.messages.${i}.content.${j}.text`, kind);
    });
  });
  return texts;
}

function setText(value: unknown, path: string, text: string): void {
  const keys = path.split('.');
  const last = keys.pop() as string;
  let at = value as Record<string, unknown>;
  for (const key of keys) at = at[key] as Record<string, unknown>;
  at[last] = text;
}

/** Every string value of sound JSON, by its path, in the order of the bytes. */
function stringsOf(line: Uint8Array): readonly FoundText[] {
  const text = byteView(line);
  const found: FoundText[] = [];
  walk(skipSpace(line, 0, line.length), '');
  return found;

  /** The offset behind the value at `at`. */
  function walk(at: number, path: string): number {
    const byte = line[at];
    if (byte === 0x7b || byte === 0x5b) return walkInside(at, path, byte === 0x7b);
    if (byte !== QUOTE) {
      while (at < line.length && !',]}'.includes(String.fromCharCode(line[at]!))) at += 1;
      return at;
    }
    const end = skipString(text, at + 1, line.length);
    found.push({ path, start: at + 1, end: end - 1 });
    return end;
  }

  function walkInside(open: number, path: string, isObject: boolean): number {
    let at = skipSpace(line, open + 1, line.length);
    for (let i = 0; line[at] !== 0x7d && line[at] !== 0x5d; i++) {
      let key = String(i);
      if (isObject) {
        const end = skipString(text, at + 1, line.length);
        key = new TextDecoder().decode(line.subarray(at + 1, end - 1));
        at = skipSpace(line, skipSpace(line, end, line.length) + 1, line.length);
      }
      at = skipSpace(line, walk(at, path === '' ? key : `${path}.${key}`), line.length);
      if (line[at] === 0x2c) at = skipSpace(line, at + 1, line.length);
      else if (line[at] !== 0x7d && line[at] !== 0x5d) return line.length;
    }
    return at + 1;
  }
}
