import type { Mark } from './marks.ts';
import { hashText } from './random.ts';
import { WORLD_START } from './scheduler.ts';

/** The invariants of the protocol by their numbers, as the checkers name them. `sim`: the simulation itself is at fault. */
export type InvariantName =
  | `I${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 16 | 17 | 18 | 19 | 20 | 21 | 23 | 24 | 25 | 26}`
  | 'unexpected-error'
  | 'immutable-object'
  | 'sim';

/** A promise was broken in a simulated world. */
export class Violation extends Error {
  readonly invariant: InvariantName;
  readonly seed: number;
  /** Virtual time since the start of the world, as text. */
  readonly at: string;
  /** The last things that happened, oldest first. */
  readonly story: readonly string[];

  constructor(invariant: InvariantName, message: string, where: { seed: number; at: string; story: readonly string[] }) {
    super(`${invariant}: ${message}`);
    this.name = 'Violation';
    this.invariant = invariant;
    this.seed = where.seed;
    this.at = where.at;
    this.story = where.story;
  }
}

/** `03:07:11.250`: hours, minutes, seconds of virtual time. */
function clockText(now: number): string {
  const ms = now - WORLD_START;
  const two = (n: number): string => String(Math.floor(n)).padStart(2, '0');
  return `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1000) % 60)}.${String(Math.floor(ms % 1000)).padStart(3, '0')}`;
}

const LAST_LINES = 60;

/** Kept in pieces: most lines are never told. */
interface Line {
  readonly now: number;
  readonly who: string;
  readonly what: string;
}

function tell({ now, who, what }: Line): string {
  return `${clockText(now)}  ${who.padEnd(8)}  ${what}`;
}

/** What happened, in order: hashed always, kept whole only where the story is wanted. */
export class Trace {
  readonly seed: number;
  /** The first violation; everything after it is not worth telling. */
  violation: Violation | undefined;
  lines = 0;
  readonly marks = new Map<Mark, number>();
  readonly #whole: boolean;
  readonly #now: () => number;
  readonly #story: Line[] = [];
  #low = 0x811c9dc5;
  #high = 0x1234567;

  constructor(seed: number, now: () => number, whole: boolean) {
    this.seed = seed;
    this.#now = now;
    this.#whole = whole;
  }

  /** Notes that `who` did or met something. */
  note(who: string, what: string): void {
    const now = this.#now();
    this.lines++;
    this.#low = hashText(what, hashText(who, this.#low ^ (now & 0xffffffff)));
    this.#high = Math.imul(this.#high ^ this.#low, 0x5bd1e995) + (now % 86_400_000);
    this.#story.push({ now, who, what });
    if (!this.#whole && this.#story.length > 4 * LAST_LINES) this.#story.splice(0, 3 * LAST_LINES);
  }

  /** Counts something that a simulation must meet now and then to be worth anything. */
  mark(mark: Mark): void {
    this.marks.set(mark, (this.marks.get(mark) ?? 0) + 1);
  }

  /** Notes a broken promise. Only the first counts. */
  violate(invariant: InvariantName, message: string): void {
    if (this.violation !== undefined) return;
    const at = clockText(this.#now());
    // Not part of the hash: a message may hold a stack.
    this.#story.push({ now: this.#now(), who: 'CHECK', what: `${invariant} broken: ${message}` });
    this.violation = new Violation(invariant, message, { seed: this.seed, at, story: this.last() });
  }

  /** The whole story, or its end where only that is kept. */
  story(): readonly string[] {
    return this.#story.map(tell);
  }

  last(): readonly string[] {
    return this.#story.slice(-LAST_LINES).map(tell);
  }

  /** The same for two runs exactly when the same things happened at the same times in the same order. */
  hash(): string {
    return ((this.#high >>> 0).toString(16).padStart(8, '0') + (this.#low >>> 0).toString(16).padStart(8, '0')).toLowerCase();
  }
}
