import { InvariantError } from '../errors/index.ts';
import type { PartFacts, Place } from '../job/index.ts';
import type { CachedRows } from './cached-rows.ts';
import type { RunDocument } from './document.ts';
import { HeldPart } from './held-part.ts';
import { PartDraft } from './part-draft.ts';
import type { RunPorts } from './ports.ts';

export interface OpenPartsOptions {
  readonly document: RunDocument;
  /** Decides which rows of a part have answers of other runs. */
  readonly cached: CachedRows | undefined;
  /** Called for each part, in order, when it is certain and all its objects are there. */
  readonly onPart: (facts: PartFacts, columns: readonly string[]) => Promise<void>;
  /** True when nothing lies below the inputs of the run: parts behind the first need no look at what an earlier try has left. */
  readonly isNew?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The parts of a pass that are not certain yet: the one in hand, whose rows go by, and the one before it, which may still be
 * balanced with it.
 */
export class OpenParts {
  readonly #ports: RunPorts;
  readonly #options: OpenPartsOptions;
  #draft: PartDraft | undefined;
  /** The part before that in hand, until it is emitted. */
  #held: HeldPart | undefined;
  #part: number;
  /** Of rows before the draft. */
  #rejected: number;

  constructor(ports: RunPorts, begin: { readonly part: number; readonly rejected: number }, options: OpenPartsOptions) {
    this.#ports = ports;
    this.#options = options;
    this.#part = begin.part;
    this.#rejected = begin.rejected;
  }

  /** Parts before that in hand. */
  get count(): number {
    return this.#part;
  }

  /** As many parts are made as may be. */
  get isFull(): boolean {
    return this.#part >= (this.#options.document.maxParts ?? Number.POSITIVE_INFINITY);
  }

  /** No part may follow that in hand. */
  get isLast(): boolean {
    return this.#part + 1 === this.#options.document.maxParts;
  }

  /** A part is in hand. */
  get isOpen(): boolean {
    return this.#draft !== undefined;
  }

  /** A part before that in hand is not certain yet. */
  get holdsAnother(): boolean {
    return this.#held !== undefined;
  }

  /** Rows that cannot be sent, those of the part in hand included. */
  get rejected(): number {
    return this.#rejected + (this.#draft?.rejected ?? 0);
  }

  /** The part in hand. */
  get current(): PartDraft {
    if (!this.#draft) throw new InvariantError('no part is open');
    return this.#draft;
  }

  /** The part in hand; one that begins at this row where there is none. */
  async openAt(from: Place): Promise<PartDraft> {
    this.#draft ??= await this.#open(from);
    return this.#draft;
  }

  /** Closes the part in hand and opens the next one. The part before it is certain now. */
  async cut(at: Place, columns: readonly string[]): Promise<void> {
    await this.#emit(columns);
    this.#hold(at);
    this.#draft = await this.#open(at);
  }

  /** Lets the objects of the part before that in hand become visible, which is certain: while the rows of the next one go by. */
  publishHeld(): void {
    void this.#held?.publish();
  }

  /** Closes the part in hand, which is the last one. `to`: the row behind its last one. */
  async end(to: Place, columns: readonly string[]): Promise<void> {
    await this.#emit(columns);
    this.#hold(to);
    await this.#emit(columns);
  }

  /** Gives up the part in hand and the one before it, which are to be made again: where that one begins. */
  async giveUpTwo(): Promise<Place> {
    const before = this.#held;
    if (before === undefined) throw new InvariantError('no part is held');
    await this.abort();
    this.#held = this.#draft = undefined;
    this.#part--;
    this.#rejected -= before.draft.rejected;
    return before.draft.from;
  }

  /** Gives up what is not visible yet. */
  async abort(): Promise<void> {
    await this.#held?.abort();
    await this.#draft?.abort();
  }

  async #open(from: Place): Promise<PartDraft> {
    const { document, cached, signal } = this.#options;
    // the first shows that what is written is there
    const isNew = this.#options.isNew === true && this.#part > 0;
    if (cached !== undefined) await cached.begin(this.#part, { isNew, signal });
    return new PartDraft(this.#ports, { document, part: this.#part, from, isNew, decided: cached?.decided, signal });
  }

  #hold(to: Place): void {
    const draft = this.current;
    this.#draft = undefined;
    this.#held = new HeldPart(draft, to);
    this.#rejected += draft.rejected;
    this.#part++;
  }

  async #emit(columns: readonly string[]): Promise<void> {
    const facts = await this.#held?.publish();
    if (facts) await this.#options.onPart(facts, columns);
    this.#held = undefined;
  }
}
