/** A seeded source of numbers. Every choice of a simulated world comes from one of these. */
export interface Rng {
  /** In [0, 1). */
  next(): number;
  /** A whole number, both ends included. */
  int(low: number, high: number): number;
  /** True with probability `p`. */
  chance(p: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** Evenly spread over orders of magnitude. */
  logUniform(low: number, high: number): number;
  /** A source of its own, so that one consumer more does not change what the others draw. */
  fork(label: string): Rng;
}

/** FNV-1a over the UTF-16 units of a text, 32 bits. */
export function hashText(text: string, seed = 0x811c9dc5): number {
  let h = seed | 0;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** Makes a source from a seed: sfc32, state filled by SplitMix32. */
export function createRng(seed: number, label = ''): Rng {
  let mix = (hashText(label) ^ Math.imul(seed, 0x9e3779b1) ^ Math.floor(seed / 0x100000000)) | 0;
  const split = (): number => {
    mix = (mix + 0x9e3779b9) | 0;
    let t = mix ^ (mix >>> 16);
    t = Math.imul(t, 0x21f0aaad);
    t ^= t >>> 15;
    t = Math.imul(t, 0x735a2d97);
    return t ^ (t >>> 15);
  };
  let a = split();
  let b = split();
  let c = split();
  let d = 1;
  const next = (): number => {
    const t = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 4294967296;
  };
  for (let i = 0; i < 12; i++) next();
  return {
    next,
    int: (low, high) => low + Math.floor(next() * (high - low + 1)),
    chance: (p) => next() < p,
    pick: (items) => items[Math.floor(next() * items.length)]!,
    logUniform: (low, high) => low * (high / low) ** next(),
    fork: (child) => createRng(seed, `${label}/${child}`),
  };
}

/** How likely a class of faults is to be on in a world. */
export const CLASS_ON = 0.6;

/** Draws rates of classes of faults from `rng`: each is off, 0, or evenly spread over the orders of magnitude between two. */
export function ratesFrom(rng: Rng): (low: number, high: number) => number {
  return (low, high) => {
    const on = rng.chance(CLASS_ON);
    // drawn in any case, so that what comes behind it is the same
    const drawn = rng.logUniform(low, high);
    return on ? drawn : 0;
  };
}
