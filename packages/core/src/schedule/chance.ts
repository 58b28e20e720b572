/** Chance that is the same for the same seed. */
export interface Chance {
  /** From 0 to 1, 1 left out. */
  uniform(): number;
  /** Mean 0, standard deviation 1. */
  normal(): number;
}

/** Chance from a seed: a counter that is stirred, and Box and Muller for the normal distribution. */
export function createChance(seed: number): Chance {
  let state = seed | 0;
  let spare: number | undefined;
  const uniform = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let bits = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
    return ((bits ^ (bits >>> 15)) >>> 0) / 2 ** 32;
  };
  return {
    uniform,
    normal() {
      if (spare !== undefined) {
        const kept = spare;
        spare = undefined;
        return kept;
      }
      const length = Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      spare = length * Math.sin(angle);
      return length * Math.cos(angle);
    },
  };
}
