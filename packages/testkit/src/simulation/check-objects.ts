import { ledgerKeys } from '@batchrock/core';
import type { LedgerChecker } from './check-ledger.ts';
import type { ObjectState } from './object-state.ts';
import type { Trace } from './trace.ts';

/** Objects of a part: run, part and attempt are in their names; `rows/00003.csv` is of the first attempt. */
const OF_PART = /^runs\/([^/]+)\/(?:input|outcomes|rows)\/(\d{5})(?:-(\d+))?/;
const OF_RUN = /^runs\/[^/]+\/(run\.json|parts\.jsonl)$/;

/**
 * Watches that nothing immutable changes: inputs, rows and outcomes are the same whoever writes them, and how often. Only
 * while a run is being prepared may the last parts still be cut in another way, until they stand in the ledger.
 */
export function watchObjects(objects: ObjectState, ledger: LedgerChecker, trace: Trace): void {
  objects.onPut = (key, before, after) => {
    if (before === undefined || !isFinal(key, ledger) || Buffer.compare(before, after) === 0) return;
    const text = (bytes: Uint8Array): string => JSON.stringify(new TextDecoder().decode(bytes).slice(0, 600));
    trace.violate('immutable-object', `${key} was ${text(before)} and becomes ${text(after)}`);
  };
  objects.onRemove = (key) => {
    if (isFinal(key, ledger)) trace.violate('immutable-object', `${key} is removed`);
  };
}

function isFinal(key: string, ledger: LedgerChecker): boolean {
  if (OF_RUN.test(key)) return true;
  const match = OF_PART.exec(key);
  if (match === null) return false;
  const [, run, part, attempt = '1'] = match as unknown as [string, string, string, string | undefined];
  const first = Number(attempt) <= 1;
  return !first || ledger.parts.has(ledgerKeys.part(run, 1, Number(part)));
}
