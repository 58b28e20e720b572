/** Runs something with some of its faults; true when it still fails as it did. */
export type StillFails = (faults: readonly string[]) => Promise<boolean>;

/** Tries after which what is left is taken as it is. */
const MAX_TRIES = 400;

/**
 * The fewest faults that still fail, by delta debugging (Zeller and Hildebrandt, 2002): halves of the list are left out,
 * then quarters, down to single faults. None of what is returned can be left out alone, if there were tries enough.
 */
export async function reduceFaults(
  faults: readonly string[],
  stillFails: StillFails,
  maxTries = MAX_TRIES,
): Promise<readonly string[]> {
  let kept = [...new Set(faults)];
  let tries = 0;
  let pieces = Math.min(2, kept.length);
  while (pieces >= 1 && tries < maxTries) {
    const size = Math.ceil(kept.length / pieces);
    let isSmaller = false;
    for (let first = 0; first < kept.length && tries < maxTries; ) {
      const rest = [...kept.slice(0, first), ...kept.slice(first + size)];
      tries++;
      if (await stillFails(rest)) {
        kept = rest;
        isSmaller = true;
      } else first += size;
    }
    if (size === 1 && !isSmaller) break;
    pieces = size === 1 ? kept.length : Math.min(kept.length, 2 * pieces);
  }
  return kept;
}
