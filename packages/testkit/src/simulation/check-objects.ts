import type { ObjectState } from './object-state.ts';
import type { Trace } from './trace.ts';

/** What is written once and for all: a second writing must be of the same bytes. */
const IMMUTABLE = /^runs\/[^/]+\/(run\.json|parts\.jsonl|input\/|rows\/|outcomes\/)/;

/** Watches that nothing immutable changes: inputs, rows and outcomes are the same whoever writes them, and how often. */
export function watchObjects(objects: ObjectState, trace: Trace): void {
  objects.onPut = (key, before, after) => {
    if (before === undefined || !IMMUTABLE.test(key)) return;
    if (Buffer.compare(before, after) === 0) return;
    const text = (bytes: Uint8Array): string => JSON.stringify(new TextDecoder().decode(bytes).slice(0, 600));
    trace.violate('immutable-object', `${key} was ${text(before)} and becomes ${text(after)}`);
  };
}
