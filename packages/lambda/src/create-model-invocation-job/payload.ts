import { refusal } from '../refusal/index.ts';

/** A JSON object of which nothing is known yet. */
export type Payload = Readonly<Record<string, unknown>>;

/** The value as an object. Throws `InvalidInput`. */
export function fieldsOf(value: unknown, name: string): Payload {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Payload;
  throw refusal('InvalidInput', `${name} is ${kindOf(value)}; it must be an object`);
}

/** A text, or undefined where there is none. Throws `InvalidInput`. */
export function textAt(payload: Payload, name: string): string | undefined {
  const value = payload[name];
  if (value === undefined || typeof value === 'string') return value;
  throw refusal('InvalidInput', `${name} is ${kindOf(value)}; it must be a string`);
}

/** A number of at least 0, or undefined where there is none. Throws `InvalidInput`. */
export function numberAt(payload: Payload, name: string): number | undefined {
  const value = payload[name];
  if (value === undefined || (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0)) return value;
  throw refusal('InvalidInput', `${name} is ${kindOf(value)}; it must be a whole number from 0`);
}

/** A list of texts. Throws `InvalidInput`. */
export function textsAt(payload: Payload, name: string): string[] {
  const value = payload[name];
  if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) return value;
  throw refusal('InvalidInput', `${name} is ${kindOf(value)}; it must be a list of strings`);
}

/** What a value is, without quoting it. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (typeof value === 'number') return String(value);
  return Array.isArray(value) ? 'a list' : `of type ${typeof value}`;
}
