import type { ResultField } from '@batchrock/core';

/** Most bytes of UTF-8 for a unit of UTF-16. */
const BYTES_A_UNIT = 3;

/** Bytes of the fields of a row, at most. */
export function fieldBytes(fields: readonly (string | undefined)[] | undefined): number {
  let units = 0;
  for (const field of fields ?? []) units += field?.length ?? 0;
  return BYTES_A_UNIT * units;
}

/** The text of a field, from its JSON: a string is its text, null is nothing, all else stays JSON. */
export function fieldText(json: string | undefined): string | undefined {
  if (json === undefined || json === 'null') return undefined;
  return json.startsWith('"') ? (JSON.parse(json) as string) : json;
}

const LEAST_INT64 = -(2n ** 63n);
const MOST_INT64 = 2n ** 63n - 1n;
/** Longer ones are beyond any 64 bits, and costly to look at. */
const MOST_DIGITS = 400;

/**
 * The text of a field's value as a column of its kind takes it; undefined where it has no place there: null, a whole number that 64
 * bits do not hold, or a value of another kind, which a schema may allow.
 */
export function typedText(json: string | undefined, kind: ResultField['kind']): string | undefined {
  const text = fieldText(json);
  if (text === undefined || kind === 'text') return json?.startsWith('"') ? text : undefined;
  if (kind === 'json') return json;
  if (json === undefined || json.startsWith('"')) return undefined;
  if (kind === 'boolean') return json === 'true' || json === 'false' ? json : undefined;
  const value = Number(json);
  if (!Number.isFinite(value)) return undefined;
  return kind === 'integer' ? wholeNumber(json, value) : json;
}

/** `1.0` and `1e3` are whole numbers too. */
function wholeNumber(json: string, value: number): string | undefined {
  if (json.length > MOST_DIGITS || !Number.isInteger(value)) return undefined;
  const exact = /^-?\d+$/.test(json) ? BigInt(json) : BigInt(value);
  return exact < LEAST_INT64 || exact > MOST_INT64 ? undefined : String(exact);
}
