/** Reads a property of something that came from outside; undefined unless it is an object that has it itself. */
export function property(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

/** A count of tokens; undefined unless it is a whole number from 0. */
export function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;
}

/** A string, or empty. */
export function stringOrEmpty(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The array when every element is a finite number and there is one at least. */
export function vector(value: unknown): readonly number[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return value.every((each) => typeof each === 'number' && Number.isFinite(each)) ? value : undefined;
}

/** Object with only the entries that have a value: absent, not `undefined`, is how the answers and bodies say nothing. */
export function present<T extends object>(entries: T): T {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as T;
}
