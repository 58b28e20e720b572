import { InputError } from '@batchrock/core';

/** A variable of the function's environment, which the construct sets. */
export function requiredSetting(name: string): string {
  const value = optionalSetting(name);
  if (value === undefined) {
    throw new InputError('BR-E0120', `the environment variable ${name} is not set; the construct of this function sets it`);
  }
  return value;
}

/** A variable that may be absent; an empty text counts as absent. */
export function optionalSetting(name: string): string | undefined {
  const value = process.env[name];
  return value === undefined || value === '' ? undefined : value;
}

/** A variable that holds a whole number within bounds, or is absent. Throws `BR-E0120`. */
export function numberSetting(name: string, from: number, to: number = Number.MAX_SAFE_INTEGER): number | undefined {
  const value = optionalSetting(name);
  if (value === undefined) return undefined;
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= from && number <= to) return number;
  const allowed = to === Number.MAX_SAFE_INTEGER ? `a whole number from ${from}` : `a whole number from ${from} to ${to}`;
  throw new InputError('BR-E0120', `the environment variable ${name} is ${JSON.stringify(value)}; allowed: ${allowed}`);
}
