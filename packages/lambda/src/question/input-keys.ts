import { didYouMean, InputError } from '@batchrock/core';

/** Every key of an execution's input: those of the orchestrator that this one follows, then ours. */
const INPUT_KEYS = [
  's3_uri',
  'dataset_id',
  'split',
  'job_name_prefix',
  'model_id',
  'prompt_id',
  'max_records_total',
  'max_num_jobs',
  'max_records_per_job',
  'max_records_per_batch',
  'config',
  'revision',
  'prompt',
  'system',
  'params',
  'text_column',
  'sample',
  'max_error_rate',
  'max_attempts',
  'slots',
  'timeout_hours',
  'results_format',
  'new',
] as const;

/** A key of an execution's input. */
export type InputKey = (typeof INPUT_KEYS)[number];

/** An execution's input whose keys are known; `null` counts as absent. */
export class InputFields {
  readonly #values: ReadonlyMap<string, unknown>;

  /** Throws `BR-E0112` for what is no object, and for a key that is not known. */
  constructor(input: unknown) {
    if (typeof input !== 'object' || input === null || Array.isArray(input)) {
      throw new InputError('BR-E0112', `the input of the execution is ${kindOf(input)}; it must be an object`, {
        hint: `its keys are ${INPUT_KEYS.join(', ')}`,
      });
    }
    const values = new Map(Object.entries(input).filter(([, value]) => value !== null));
    for (const key of Object.keys(input)) if (!isKnown(key)) throw unknownKey(key);
    this.#values = values;
  }

  has(key: InputKey): boolean {
    return this.#values.has(key);
  }

  /** A text that is not empty, or undefined. Throws `BR-E0120`. */
  text(key: InputKey): string | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    if (typeof value !== 'string') throw invalid(key, kindOf(value), 'a string');
    if (value === '') throw invalid(key, 'empty', 'a string of one character or more; leave the key out for none');
    return value;
  }

  /** A text that must be there. Throws `BR-E0112`. */
  requiredText(key: InputKey, what: string): string {
    const value = this.text(key);
    if (value !== undefined) return value;
    throw new InputError('BR-E0112', `${key} is missing: ${what}`, { details: { key } });
  }

  /** A whole number within bounds, or undefined. Throws `BR-E0120`. */
  wholeNumber(key: InputKey, from: number, to: number = Number.MAX_SAFE_INTEGER): number | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    if (Number.isSafeInteger(value) && (value as number) >= from && (value as number) <= to) return value as number;
    const range = to === Number.MAX_SAFE_INTEGER ? `a whole number from ${from}` : `a whole number from ${from} to ${to}`;
    throw invalid(key, shown(value), range);
  }

  /** A share from 0 to 1, or undefined. Throws `BR-E0120`. */
  share(key: InputKey): number | undefined {
    const value = this.#values.get(key);
    if (value === undefined || (typeof value === 'number' && value >= 0 && value <= 1)) return value;
    throw invalid(key, shown(value), 'a number from 0 to 1');
  }

  /** True or false; false when it is absent. Throws `BR-E0120`. */
  flag(key: InputKey): boolean {
    const value = this.#values.get(key);
    if (value === undefined || typeof value === 'boolean') return value ?? false;
    throw invalid(key, shown(value), 'true or false');
  }

  /** One of some texts, or undefined. Throws `BR-E0120`. */
  choice<T extends string>(key: InputKey, allowed: readonly T[]): T | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    const found = allowed.find((each) => each === value);
    if (found !== undefined) return found;
    throw invalid(key, shown(value), allowed.join(', '));
  }

  /** Names with single values, as texts, or undefined. Throws `BR-E0120`. */
  params(key: InputKey): Readonly<Record<string, string>> | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    if (typeof value !== 'object' || Array.isArray(value)) throw invalid(key, kindOf(value), 'an object: {"temperature": 0}');
    const params: Record<string, string> = {};
    for (const [name, each] of Object.entries(value as object)) {
      if (each === null) continue;
      if (typeof each === 'object')
        throw invalid(`${key}.${name}` as InputKey, kindOf(each), 'a string, a number, true or false');
      params[name] = String(each);
    }
    return params;
  }
}

function isKnown(key: string): key is InputKey {
  return INPUT_KEYS.some((known) => known === key);
}

function unknownKey(key: string): InputError {
  const near = didYouMean(key, INPUT_KEYS);
  const message = `the input has an unknown key ${JSON.stringify(key)}`;
  return new InputError('BR-E0112', near === undefined ? message : `${message}; ${near}?`, {
    details: { key },
    hint: `its keys are ${INPUT_KEYS.join(', ')}`,
  });
}

/** A value that is not allowed. */
export function invalid(key: InputKey, given: string, allowed: string): InputError {
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
