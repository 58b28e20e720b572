/** A conditional write whose body is on its way. */
export interface ConditionalWrite {
  /** True when the key was deleted since the write began: its condition may have held, or not, at either time. */
  readonly isInConflict: boolean;
  end(): void;
}

/**
 * Knows which conditional writes are under way, so that one whose key is deleted meanwhile is told to try again: S3
 * answers 409 then ("Conditional writes", 2026-11).
 */
export class ConditionalWrites {
  readonly #running = new Map<string, Set<{ isInConflict: boolean }>>();

  begin(bucket: string, key: string): ConditionalWrite {
    const name = `${bucket}/${key}`;
    const state = { isInConflict: false };
    const writes = this.#running.get(name) ?? new Set();
    this.#running.set(name, writes.add(state));
    return {
      get isInConflict() {
        return state.isInConflict;
      },
      end: () => {
        writes.delete(state);
        if (writes.size === 0) this.#running.delete(name);
      },
    };
  }

  /** To be called when an object that was there is deleted. */
  deleted(bucket: string, key: string): void {
    for (const write of this.#running.get(`${bucket}/${key}`) ?? []) write.isInConflict = true;
  }
}
