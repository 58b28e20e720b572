import type { ObjectState } from './object-state.ts';
import type { Trace } from './trace.ts';

/** Inputs, rows and outcomes of a part, and the two documents of a run that are written once. */
const IMMUTABLE = /^runs\/[^/]+\/(?:(?:input|outcomes|rows)\/\d{5}|(?:run\.json|parts\.jsonl)$)/;

/**
 * Watches that nothing immutable changes: inputs, rows and outcomes are the same whoever writes them, and how often, so that
 * an upload of a process that died does no harm, however late it lands. What becomes visible is certain.
 */
export function watchObjects(objects: ObjectState, trace: Trace): void {
  objects.onPut = (key, before, after) => {
    if (before === undefined || !IMMUTABLE.test(key) || Buffer.compare(before, after) === 0) return;
    const text = (bytes: Uint8Array): string => JSON.stringify(new TextDecoder().decode(bytes).slice(0, 600));
    trace.violate('immutable-object', `${key} was ${text(before)} and becomes ${text(after)}`);
  };
  objects.onRemove = (key) => {
    if (IMMUTABLE.test(key)) trace.violate('immutable-object', `${key} is removed`);
  };
}
