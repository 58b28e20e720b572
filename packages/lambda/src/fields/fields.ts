import { didYouMean, InputError, type JsonObject } from '@batchrock/core';

/** Values by names that are all known; `null` counts as absent. */
export class Fields<Key extends string> {
  readonly #values: ReadonlyMap<string, unknown>;

  /** `what` they are the fields of. Throws `BR-E0112` for what is no object, and for a key that is not known. */
  constructor(input: unknown, what: string, keys: readonly Key[]) {
    if (typeof input !== 'object' || input === null || Array.isArray(input)) {
      throw new InputError('BR-E0112', `${what} is ${kindOf(input)}; it must be an object`, {
        hint: `its keys are ${keys.join(', ')}`,
      });
    }
    const values = new Map(Object.entries(input).filter(([, value]) => value !== null));
    for (const key of Object.keys(input)) if (!keys.some((known) => known === key)) throw unknownKey(key, what, keys);
    this.#values = values;
  }

  has(key: Key): boolean {
    return this.#values.has(key);
  }

  /** A text that is not empty, or undefined. Throws `BR-E0120`. */
  text(key: Key): string | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    if (typeof value !== 'string') throw invalid(key, kindOf(value), 'a string');
    if (value === '') throw invalid(key, 'empty', 'a string of one character or more; leave the key out for none');
    return value;
  }

  /** A text that must be there. Throws `BR-E0112`. */
  requiredText(key: Key, what: string): string {
    const value = this.text(key);
    if (value !== undefined) return value;
    throw new InputError('BR-E0112', `${key} is missing: ${what}`, { details: { key } });
  }

  /** A whole number within bounds, or undefined. Throws `BR-E0120`. */
  wholeNumber(key: Key, from: number, to: number = Number.MAX_SAFE_INTEGER): number | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    if (Number.isSafeInteger(value) && (value as number) >= from && (value as number) <= to) return value as number;
    const range = to === Number.MAX_SAFE_INTEGER ? `a whole number from ${from}` : `a whole number from ${from} to ${to}`;
    throw invalid(key, shown(value), range);
  }

  /** A share from 0 to 1, or undefined. Throws `BR-E0120`. */
  share(key: Key): number | undefined {
    const value = this.#values.get(key);
    if (value === undefined || (typeof value === 'number' && value >= 0 && value <= 1)) return value;
    throw invalid(key, shown(value), 'a number from 0 to 1');
  }

  /** A number above 0, or undefined. Throws `BR-E0120`. */
  positive(key: Key): number | undefined {
    const value = this.#values.get(key);
    if (value === undefined || (typeof value === 'number' && value > 0 && Number.isFinite(value))) return value;
    throw invalid(key, shown(value), 'a number above 0');
  }

  /** True or false; false when it is absent. Throws `BR-E0120`. */
  flag(key: Key): boolean {
    const value = this.#values.get(key);
    if (value === undefined || typeof value === 'boolean') return value ?? false;
    throw invalid(key, shown(value), 'true or false');
  }

  /** One of some texts, or undefined. Throws `BR-E0120`. */
  choice<T extends string>(key: Key, allowed: readonly T[]): T | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    const found = allowed.find((each) => each === value);
    if (found !== undefined) return found;
    throw invalid(key, shown(value), allowed.join(', '));
  }

  /** A value that has fields of its own, or undefined. Throws `BR-E0112`. */
  fields<Inner extends string>(key: Key, keys: readonly Inner[]): Fields<Inner> | undefined {
    const value = this.#values.get(key);
    return value === undefined ? undefined : new Fields(value, key, keys);
  }

  /** An object with whatever is in it, or undefined. Throws `BR-E0120`. */
  json(key: Key): JsonObject | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    if (typeof value === 'object' && !Array.isArray(value)) return value as JsonObject;
    throw invalid(key, kindOf(value), 'an object');
  }

  /** Names with single values, as texts, or undefined. Throws `BR-E0120`. */
  params(key: Key): Readonly<Record<string, string>> | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    if (typeof value !== 'object' || Array.isArray(value)) throw invalid(key, kindOf(value), 'an object: {"temperature": 0}');
    const params: Record<string, string> = {};
    for (const [name, each] of Object.entries(value as object)) {
      if (each === null) continue;
      if (typeof each === 'object') throw invalid(`${key}.${name}`, kindOf(each), 'a string, a number, true or false');
      params[name] = String(each);
    }
    return params;
  }
}

function unknownKey(key: string, what: string, keys: readonly string[]): InputError {
  const near = didYouMean(key, keys);
  const message = `${what} has an unknown key ${JSON.stringify(key)}`;
  return new InputError('BR-E0112', near === undefined ? message : `${message}; ${near}?`, {
    details: { key },
    hint: `its keys are ${keys.join(', ')}`,
  });
}

/** A value that is not allowed. */
export function invalid(key: string, given: string, allowed: string): InputError {
  return new InputError('BR-E0120', `${key} is ${given}; allowed: ${allowed}`, { details: { key } });
}

/** A single value as it was given; what may be long is not quoted. */
function shown(value: unknown): string {
  const text = typeof value === 'object' ? kindOf(value) : JSON.stringify(value);
  return text.length > 80 ? kindOf(value) : text;
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'an object';
  return `a ${typeof value}`;
}
