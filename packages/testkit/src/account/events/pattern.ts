import { isOperator, matchesOperator } from './operators.ts';

/** A JSON object. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** True for an object that is neither null nor a list. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * True when an event has what a pattern asks for (EventBridge User Guide, "Creating event patterns", 2026-11): every field
 * that the pattern names; of a field, one of the values listed; of a list in the event, one element. Fields of one object
 * must be found in one and the same element of a list of objects. The pattern is taken to be checked by `checkPattern`.
 */
export function matchesPattern(pattern: JsonRecord, event: unknown): boolean {
  if (Array.isArray(event)) return event.some((element) => matchesPattern(pattern, element));
  const fields = isRecord(event) ? event : {};
  return Object.entries(pattern).every(([name, wanted]) => {
    if (name === '$or') return (wanted as readonly JsonRecord[]).some((either) => matchesPattern(either, event));
    const given = Object.hasOwn(fields, name) ? fields[name] : undefined;
    return Array.isArray(wanted) ? matchesOneOf(wanted, given) : matchesPattern(wanted as JsonRecord, given);
  });
}

/** A field is there where it has a value that is no object: an empty list has none, and `exists` looks at leaves only. */
function matchesOneOf(wanted: readonly unknown[], given: unknown): boolean {
  const values = leavesOf(given);
  if (values.length === 0) return wanted.some((one) => isRecord(one) && one['exists'] === false);
  return wanted.some((one) => values.some((value) => (isOperator(one) ? matchesOperator(one, value) : value === one)));
}

function leavesOf(given: unknown): readonly unknown[] {
  if (given === undefined || isRecord(given)) return [];
  return Array.isArray(given) ? given.flatMap(leavesOf) : [given];
}
