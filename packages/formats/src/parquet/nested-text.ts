import type { InputError } from '@batchrock/core';
import type { Leaf, ListNode, MapNode, StructNode, TreeNode, ValueNode } from './column-tree.ts';
import type { PageCursor } from './page-cursor.ts';
import { TextBuffer } from './text-buffer.ts';
import { type ValueText, valueText } from './value-text.ts';

const NULL = new TextEncoder().encode('null');
const COMMA = 0x2c;
const COLON = 0x3a;
const QUOTE = 0x22;

/** Entries of a row in one column, at most: one beyond it is no row that anybody could use, and nobody waits for its end. */
const MAX_ROW_ENTRIES = 1 << 24;

/** Yields the column whose next page is to be loaded before it can go on. */
type Steps = Generator<PageCursor, void, void>;

/**
 * Puts the values of a nested column together again from their levels (the way back of the Dremel paper's record shredding),
 * row by row, as JSON. A page may end in the middle of a row, so a row is made in steps: whoever drives it loads the page that
 * a step asks for.
 */
export class NestedText {
  /** The JSON of the newest row; `isFull` when it would be longer than it may be. */
  readonly text = new TextBuffer();
  readonly #node: TreeNode;
  readonly #cursors: readonly PageCursor[];
  readonly #texts: readonly ValueText[];
  readonly #keys = new Map<StructNode, readonly Uint8Array[]>();
  #steps: Steps | undefined;
  #entries = 0;

  /** `cursors`: by the index of their leaves. */
  constructor(node: TreeNode, cursors: readonly PageCursor[]) {
    this.#node = node;
    this.#cursors = cursors;
    this.#texts = node.leaves.map((leaf) => valueText(leaf, (what) => this.#cursor(leaf).fault(what)));
  }

  /**
   * Goes on with the next row, whose JSON may have `maxBytes`. Undefined: it is in `text`. Else: load the next page of this
   * column and call again.
   */
  advance(maxBytes: number): PageCursor | undefined {
    this.#steps ??= this.#row(maxBytes);
    const step = this.#steps.next();
    if (!step.done) return step.value;
    this.#steps = undefined;
    return undefined;
  }

  *#row(maxBytes: number): Steps {
    this.text.clear(maxBytes);
    this.#entries = 0;
    for (const leaf of this.#node.leaves) {
      const cursor = this.#cursor(leaf);
      yield* this.#hold(cursor);
      if (cursor.repetition !== 0) throw disagree(cursor);
    }
    yield* this.#write(this.#node);
  }

  #write(node: TreeNode): Steps {
    switch (node.kind) {
      case 'value':
        return this.#value(node);
      case 'struct':
        return this.#struct(node);
      case 'list':
        return this.#list(node);
      default:
        return this.#map(node);
    }
  }

  *#value(node: ValueNode): Steps {
    const cursor = this.#cursor(node.leaf);
    if (!this.#tryHold(cursor)) yield* this.#hold(cursor);
    this.#take(node, cursor);
  }

  *#struct(node: StructNode): Steps {
    if (yield* this.#isNull(node)) return;
    const keys = this.#keysOf(node);
    for (let i = 0; i < keys.length; i++) {
      this.text.append(keys[i]!);
      yield* this.#write(node.fields[i]!);
    }
    this.text.put(0x7d);
  }

  *#list(node: ListNode): Steps {
    if (yield* this.#isNull(node)) return;
    const first = this.#cursor(node.leaves[0]!);
    const { element } = node;
    this.text.put(0x5b);
    if (first.definition < node.itemDefinition) yield* this.#takeOne(node);
    else {
      for (;;) {
        if (element.kind === 'value' && this.#tryHold(first)) this.#take(element, first);
        else yield* this.#write(element);
        if (!this.#tryHold(first)) {
          if (first.isAtEnd) break;
          yield* this.#hold(first);
        }
        if (!continues(node, first)) break;
        this.text.put(COMMA);
      }
    }
    this.text.put(0x5d);
  }

  /** An object, whose keys are the text of the map's keys. */
  *#map(node: MapNode): Steps {
    if (yield* this.#isNull(node)) return;
    const first = this.#cursor(node.leaves[0]!);
    this.text.put(0x7b);
    if (first.definition < node.itemDefinition) yield* this.#takeOne(node);
    else {
      for (;;) {
        yield* this.#key(node.key);
        this.text.put(COLON);
        yield* this.#write(node.value);
        if (!this.#tryHold(first)) {
          if (first.isAtEnd) break;
          yield* this.#hold(first);
        }
        if (!continues(node, first)) break;
        this.text.put(COMMA);
      }
    }
    this.text.put(0x7d);
  }

  /** What is no string yet gets its quotes. */
  *#key(node: ValueNode): Steps {
    const { text } = this;
    const start = text.length;
    text.put(QUOTE);
    yield* this.#value(node);
    if (text.view.bytes[start + 1] !== QUOTE) text.put(QUOTE);
    else if (!text.isFull) text.view.bytes.copyWithin(start, start + 1, text.length--);
  }

  /** Writes null, and takes its one entry from each leaf below, where a node is null. */
  *#isNull(node: TreeNode): Generator<PageCursor, boolean, void> {
    const first = this.#cursor(node.leaves[0]!);
    if (!this.#tryHold(first)) yield* this.#hold(first);
    if (first.definition >= node.definition) return false;
    if (!node.nullable) throw disagree(first);
    yield* this.#takeOne(node);
    this.text.append(NULL);
    return true;
  }

  *#takeOne(node: TreeNode): Steps {
    for (const leaf of node.leaves) {
      const cursor = this.#cursor(leaf);
      if (!this.#tryHold(cursor)) yield* this.#hold(cursor);
      this.#release(cursor);
    }
  }

  /** Makes the next entry the one at hand, if none is and the page has one. */
  #tryHold(cursor: PageCursor): boolean {
    if (cursor.isHeld) return true;
    if (cursor.pageLeft === 0) return false;
    cursor.next();
    cursor.isHeld = true;
    return true;
  }

  *#hold(cursor: PageCursor): Steps {
    while (!this.#tryHold(cursor)) yield cursor;
  }

  #release(cursor: PageCursor): void {
    cursor.isHeld = false;
    this.#entries += 1;
    if (this.#entries > MAX_ROW_ENTRIES) throw cursor.fault(`a row of more than ${MAX_ROW_ENTRIES} values`);
  }

  /** Writes the value of the entry at hand. */
  #take(node: ValueNode, cursor: PageCursor): void {
    if (cursor.definition >= node.definition) this.#writeValue(node.leaf, cursor);
    else if (node.nullable) this.text.append(NULL);
    else throw disagree(cursor);
    this.#release(cursor);
  }

  #writeValue(leaf: Leaf, cursor: PageCursor): void {
    const { text } = this;
    const { values } = cursor;
    const writer = this.#texts[leaf.index - this.#node.leaves[0]!.index]!;
    if (text.isFull) return;
    const bound = writer.bound(values);
    if (!text.hasRoom(text.couldHold(bound) ? bound : writer.measure(values))) return;
    text.length = writer.write(values, text.view, text.length);
  }

  #cursor(leaf: Leaf): PageCursor {
    return this.#cursors[leaf.index]!;
  }

  #keysOf(node: StructNode): readonly Uint8Array[] {
    const known = this.#keys.get(node);
    if (known !== undefined) return known;
    const keys = node.names.map((name, i) => new TextEncoder().encode(`${i === 0 ? '{' : ','}${JSON.stringify(name)}:`));
    this.#keys.set(node, keys);
    return keys;
  }
}

/** Whether the entry at hand is another item of the list; the end of the list otherwise. */
function continues(node: ListNode | MapNode, first: PageCursor): boolean {
  if (first.repetition < node.repetition) return false;
  if (first.repetition > node.repetition || first.definition < node.itemDefinition) throw disagree(first);
  return true;
}

/** The levels of a column do not fit its schema or the other columns of its group. */
function disagree(cursor: PageCursor): InputError {
  return cursor.fault('levels that do not fit its place in the schema');
}
