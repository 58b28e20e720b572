import type { ByteView } from '@batchrock/core';
import type { PageCursor } from './page-cursor.ts';
import { pageKernel } from './page-kernel.ts';
import { FixedValues, PrefixedValues, type ValueReader } from './value-reader.ts';
import { SHORT_TEXT, type ValueText } from './value-text.ts';

/** Bytes of a span in the kernel's memory: where a value begins and ends; both 0 for null. */
export const SPAN_BYTES = 8;
/** Of a number, a date or a time, nearly always. */
const USUAL_TEXT = 24;
/** Bytes of the longest whole number of 64 bits. */
const MOST_DIGITS = 20;
/** Kernel functions write up to 15 bytes behind what counts. */
const SLACK_BYTES = 16;

/** Bytes for the text of so many values that are no text. */
export function textBytes(entries: number): number {
  return entries * USUAL_TEXT + SHORT_TEXT + SLACK_BYTES;
}

/** Where a queue is, in the kernel's memory. */
export interface QueueMemory {
  /** All of it. */
  readonly view: ByteView;
  readonly words: Uint32Array;
  /** Of the word that says where the next span is. */
  readonly next: number;
  /** Of `entries` spans, and of `textBytes(entries)` where values are no text. */
  readonly spans: number;
  readonly text: number;
  readonly entries: number;
}

/**
 * Values of a flat column that are taken from its page and wait for their rows, as spans for the kernel: text as it stands in the
 * page or the dictionary, which may not be replaced meanwhile, all others as the JSON that they become.
 */
export class ValueQueue implements ValueReader {
  /** Spans that wait. */
  count = 0;
  /** The value that was taken last by `next`; from 0 to 0 when it is null. */
  start = 0;
  end = 0;
  readonly view: ByteView;
  readonly #cursor: PageCursor;
  /** Undefined for text. */
  readonly #text: ValueText | undefined;
  readonly #memory: QueueMemory;

  constructor(cursor: PageCursor, text: ValueText | undefined, memory: QueueMemory) {
    this.#cursor = cursor;
    this.#text = text;
    this.#memory = memory;
    this.view = memory.view;
  }

  /** Takes the first of the spans that wait. */
  next(): void {
    const { words, next } = this.#memory;
    const at = words[next >> 2]! >> 2;
    this.start = words[at]!;
    this.end = words[at + 1]!;
    words[next >> 2]! += SPAN_BYTES;
    this.count -= 1;
  }

  get isNull(): boolean {
    return this.start === 0;
  }

  /** Takes values from the page, which has some, into the empty queue; none where they do not lie in the kernel's memory. */
  fill(): void {
    const cursor = this.#cursor;
    const { words, next, spans, text, entries } = this.#memory;
    const take = this.#run();
    if (this.#text === undefined && take === undefined) return;
    words[next >> 2] = spans;
    const most = Math.min(entries, cursor.pageLeft);
    const lastText = text + textBytes(entries) - SHORT_TEXT - SLACK_BYTES;
    for (let at = text; this.count < most; ) {
      const run = take === undefined ? 0 : cursor.takeDefined(most - this.count);
      if (run > 0) {
        take!(run, spans + SPAN_BYTES * this.count);
        this.count += run;
        continue;
      }
      // a value with a longer text than usual leaves no room for all of them
      if (this.#text !== undefined && at > lastText) return;
      cursor.next();
      at = this.#put((spans + SPAN_BYTES * this.count) >> 2, take === undefined ? at : text + MOST_DIGITS * this.count);
      this.count += 1;
    }
  }

  /** Puts the entry at hand into the span at `words[span]`, what text is made of it at `at`; the address behind that. */
  #put(span: number, at: number): number {
    const { words, view } = this.#memory;
    const { values, isNull } = this.#cursor;
    if (isNull) {
      words[span] = words[span + 1] = 0;
      return at;
    }
    if (this.#text === undefined) {
      words[span] = values.view.address + values.start;
      words[span + 1] = values.view.address + values.end;
      return at;
    }
    const end = this.#text.write(values, view, at);
    words[span] = at;
    words[span + 1] = end;
    return end;
  }

  /** What takes a run of values none of which is null; undefined where each has to be looked at. */
  #run(): ((count: number, spans: number) => void) | undefined {
    const { values, leaf } = this.#cursor;
    const { address } = values.view;
    if (address < 0) return undefined;
    if (this.#text === undefined) {
      return (count, spans) => {
        if (!(values instanceof PrefixedValues && values.takeSpans(count, spans))) this.#walk(values, count, spans >> 2);
      };
    }
    const { type, width } = leaf;
    if (!(values instanceof FixedValues) || type.kind !== 'int' || type.bits !== 8 * width) return undefined;
    const { text, spans: first } = this.#memory;
    return (count, spans) => {
      const to = text + MOST_DIGITS * ((spans - first) / SPAN_BYTES);
      pageKernel().wholeSpans(address + values.take(count), count, width, type.signed, spans, to);
    };
  }

  #walk(values: ValueReader, count: number, span: number): void {
    const { words } = this.#memory;
    const { address } = values.view;
    for (let i = span; i < span + 2 * count; i += 2) {
      values.next();
      words[i] = address + values.start;
      words[i + 1] = address + values.end;
    }
  }
}
