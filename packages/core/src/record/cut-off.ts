import { isTruncated } from '../model/index.ts';
import { spells } from './json-scan.ts';

/** Reasons that were met before, so that a million answers do not make a million strings. */
const known: { readonly bytes: Uint8Array; readonly isCutOff: boolean }[] = [];
const MOST_KNOWN = 16;

/** True when the stop reason `bytes[start..end)`, which has no escapes, says that the answer was cut off at a limit. */
export function isCutOffReason(bytes: Uint8Array, start: number, end: number): boolean {
  for (const reason of known) if (spells(bytes, start, end, reason.bytes)) return reason.isCutOff;
  const isCutOff = isTruncated(String.fromCharCode(...bytes.subarray(start, end)));
  if (known.length < MOST_KNOWN) known.push({ bytes: bytes.slice(start, end), isCutOff });
  return isCutOff;
}
