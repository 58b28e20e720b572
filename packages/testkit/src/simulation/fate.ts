import { createRng, hashText, type Rng } from './random.ts';

/** Where a fault may strike: at the n-th time that somebody does something, counted from 1. */
export interface Place {
  readonly who: string;
  readonly what: string;
  readonly n: number;
  readonly hash: number;
}

/** A place whose text is made only when somebody asks for it: few places are ever named. */
class CountedPlace implements Place {
  readonly who: string;
  readonly n: number;
  readonly hash: number;
  readonly #kind: string;
  readonly #about: string;

  constructor(who: string, kind: string, about: string, n: number) {
    this.who = who;
    this.n = n;
    this.#kind = kind;
    this.#about = about;
    this.hash = about === '' ? hashPlace(who, kind, n) : hashText(about, hashText(' ', hashPlace(who, kind, n)));
  }

  get what(): string {
    return textOf(this.#kind, this.#about);
  }
}

/** `ledger.get RUN#…`: what is done, and about what. */
function textOf(kind: string, about: string): string {
  return about === '' ? kind : `${kind} ${about}`;
}

/** Decides which faults strike in a world. */
export interface Fate {
  /** The faults that struck so far, in words that name each for good. */
  readonly struck: readonly string[];
  /** Whether a fault of this kind strikes here; `rate` 0: never. */
  strikes(kind: string, rate: number, place: Place): boolean;
  /** Numbers for what a fault is like that has struck: how long, which one. The same for the same fault of a seed. */
  details(kind: string, place: Place): Rng;
}

/** The name of one fault: `reply lost: p0 service.create sim-… #2`. */
export function nameFault(kind: string, { who, what, n }: Place): string {
  return `${kind}: ${who} ${what} #${n}`;
}

/**
 * Faults strike by their rates, each by a number of its own: whether one strikes does not hang upon how many others were
 * asked for before, so that a world that differs a little differs a little.
 */
export function drawnFate(seed: number): Fate {
  const salt = hashText(`fate of ${seed}`);
  const struck: string[] = [];
  return {
    struck,
    strikes(kind, rate, place) {
      if (rate <= 0 || stir(hashText(kind, place.hash ^ salt)) / 4_294_967_296 >= rate) return false;
      struck.push(nameFault(kind, place));
      return true;
    },
    details: (kind, place) => createRng(seed, nameFault(kind, place)),
  };
}

/** Of the faults that a seed can have, these strike and no others. */
export function keptFate(seed: number, faults: readonly string[]): Fate {
  const kept = new Set(faults);
  const struck: string[] = [];
  return {
    struck,
    strikes(kind, rate, place) {
      if (rate <= 0 || !kept.has(nameFault(kind, place))) return false;
      struck.push(nameFault(kind, place));
      return true;
    },
    details: (kind, place) => createRng(seed, nameFault(kind, place)),
  };
}

/** Spreads 32 bits over 32 bits (the finaliser of MurmurHash3). */
function stir(bits: number): number {
  let h = bits | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** How often something was done; counted in its place, for to look a text up is what counting costs. */
interface Count {
  n: number;
}

/** Counts how often each thing was done, so that its faults have names. */
export class Places {
  readonly #times = new Map<string, Map<string, Map<string, Count>>>();

  /** The place of one doing more. What is done is in two pieces, so that no text need be made to count it. */
  next(who: string, kind: string, about = ''): Place {
    let kinds = this.#times.get(who);
    if (kinds === undefined) {
      kinds = new Map();
      this.#times.set(who, kinds);
    }
    let times = kinds.get(kind);
    if (times === undefined) {
      times = new Map();
      kinds.set(kind, times);
    }
    const count = times.get(about);
    if (count !== undefined) return new CountedPlace(who, kind, about, ++count.n);
    times.set(about, { n: 1 });
    return new CountedPlace(who, kind, about, 1);
  }
}

/** The place of something that is done once to each of several. */
export function placeOfOne(who: string, what: string): Place {
  return { who, what, n: 1, hash: hashPlace(who, what, 1) };
}

/** The hash of `who what`, without making that text. */
function hashPlace(who: string, what: string, n: number): number {
  return hashText(what, hashText(' ', hashText(who, n)));
}
