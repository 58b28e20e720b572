import type { PartFacts, Place } from '../job/index.ts';
import type { PartDraft } from './part-draft.ts';

/**
 * A part whose rows have gone by. Nothing of it is visible before `publish`, since it may still be balanced with the one
 * behind it: objects that were made visible and then replaced could be put back by an upload that a dead process has left
 * on its way.
 */
export class HeldPart {
  readonly draft: PartDraft;
  /** The row after its last one. */
  readonly #to: Place;
  #facts: Promise<PartFacts> | undefined;

  constructor(draft: PartDraft, to: Place) {
    this.draft = draft;
    this.#to = to;
  }

  /** Makes its objects visible. Call when it is certain, and as often as you like; a failure is told to who awaits it. */
  publish(): Promise<PartFacts> {
    if (this.#facts === undefined) {
      this.#facts = this.draft.close(this.#to);
      this.#facts.catch(() => undefined);
    }
    return this.#facts;
  }

  /** Gives up what is not visible yet. */
  async abort(): Promise<void> {
    await this.#facts?.catch(() => undefined);
    await this.draft.abort();
  }
}
