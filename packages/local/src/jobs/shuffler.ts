import { seededGenerator } from '../seeded.ts';

const MOST_LINES = 2_048;
const MOST_CHARS = 2_000_000;

/** Puts lines into another order, holding only so many of them: each that comes in may push out any of those held. */
export interface Shuffler {
  /** Takes a line in; those that leave for it. */
  push(line: string): readonly string[];
  /** Those that are left, in random order. */
  drain(): readonly string[];
}

/** A shuffler whose order depends on the seed alone. */
export function createShuffler(seed: number): Shuffler {
  const next = seededGenerator(seed);
  const held: string[] = [];
  let chars = 0;
  const take = (): string => {
    const at = Math.floor(next() * held.length);
    const line = held[at]!;
    held[at] = held.at(-1)!;
    held.pop();
    chars -= line.length;
    return line;
  };
  return {
    push(line) {
      held.push(line);
      chars += line.length;
      const out: string[] = [];
      while (held.length > MOST_LINES || (chars > MOST_CHARS && held.length > 1)) out.push(take());
      return out;
    },
    drain() {
      const out: string[] = [];
      while (held.length > 0) out.push(take());
      return out;
    },
  };
}
