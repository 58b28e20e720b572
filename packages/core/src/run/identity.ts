import type { Digest } from '../ports/index.ts';

/**
 * The id of a run: `r-` and 10 characters of base 36 (3.6e15 values), from what was asked. `serial` tells runs of the same
 * question apart: 0 for the first, one more with each `--new`.
 */
export function runIdFor(digest: Pick<Digest, 'sha256'>, identity: string, serial = 0): string {
  const hash = digest.sha256(new TextEncoder().encode(`${identity}|${serial}`));
  let number = 0n;
  for (const byte of hash.subarray(0, 8)) number = (number << 8n) | BigInt(byte);
  return `r-${(number % 36n ** 10n).toString(36).padStart(10, '0')}`;
}
