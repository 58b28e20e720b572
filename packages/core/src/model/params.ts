import { didYouMean, InputError } from '../errors/index.ts';
import type { JsonObject, JsonValue } from './json.ts';

/** One parameter of a family of models, as `--param NAME=VALUE` sets it. */
export interface ParamSpec {
  /** Ours: the same name in every family. */
  readonly name: string;
  readonly kind: 'integer' | 'number' | 'boolean' | 'strings' | 'word';
  readonly min?: number;
  readonly max?: number;
  /** The only values that are allowed. */
  readonly oneOf?: readonly number[];
  /** The same for words. */
  readonly words?: readonly string[];
  /** What is sent when it is not given; absent: nothing is, and the model's own default holds. */
  readonly byDefault?: JsonValue;
  /** A few words for help texts. */
  readonly about: string;
}

/** A value, or why there is none: what is allowed. */
type Parsed = { readonly value: JsonValue } | { readonly allowed: string };

/**
 * Types the values of `--param`, in the order of the specs, defaults filled in. Throws one `BR-E0115` that names every
 * unknown name and every bad value.
 */
export function parseParamsBy(specs: readonly ParamSpec[], family: string, raw: Readonly<Record<string, string>>): JsonObject {
  const known = specs.map((spec) => spec.name);
  const problems: string[] = [];
  for (const name of Object.keys(raw)) {
    if (known.includes(name)) continue;
    const guess = didYouMean(name, known);
    problems.push(`${name} is no parameter of ${family}${guess ? ` (${guess}?)` : ''}; it takes ${known.join(', ')}`);
  }
  const values: Record<string, JsonValue> = {};
  for (const spec of specs) {
    const given = raw[spec.name];
    if (given === undefined) {
      if (spec.byDefault !== undefined) values[spec.name] = spec.byDefault;
      continue;
    }
    const parsed = parseValue(spec, given);
    if ('value' in parsed) values[spec.name] = parsed.value;
    else problems.push(`${spec.name} is ${JSON.stringify(given)}; allowed is ${parsed.allowed}`);
  }
  if (problems.length > 0) {
    throw new InputError('BR-E0115', problems.join('; '), {
      details: { family },
      hint: `parameters of ${family}: ${specs.map(describeParam).join('; ')}`,
    });
  }
  return values;
}

/** `max_tokens (whole number from 1, default 1024)`: for help texts. */
export function describeParam(spec: ParamSpec): string {
  const standard = spec.byDefault === undefined ? '' : `, default ${JSON.stringify(spec.byDefault)}`;
  return `${spec.name} (${allowedValues(spec)}${standard})`;
}

function parseValue(spec: ParamSpec, given: string): Parsed {
  if (spec.kind === 'strings') return parseStrings(spec, given);
  const text = given.trim();
  if (spec.kind === 'word') return spec.words?.includes(text) ? { value: text } : { allowed: allowedValues(spec) };
  if (spec.kind === 'boolean') {
    return text === 'true' || text === 'false' ? { value: text === 'true' } : { allowed: allowedValues(spec) };
  }
  const pattern = spec.kind === 'integer' ? /^[+-]?\d{1,15}$/ : /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$/;
  // adding 0 makes -0 a plain 0, which JSON cannot tell apart
  const value = pattern.test(text) ? Number(text) + 0 : Number.NaN;
  const inside = value >= (spec.min ?? Number.NEGATIVE_INFINITY) && value <= (spec.max ?? Number.MAX_VALUE);
  if (!inside || (spec.oneOf && !spec.oneOf.includes(value))) return { allowed: allowedValues(spec) };
  return { value };
}

/** `a,b` or, where a string holds a comma or white space counts, a JSON array of strings. */
function parseStrings(spec: ParamSpec, given: string): Parsed {
  let list: unknown = given.split(',');
  if (given.trimStart().startsWith('[')) {
    try {
      list = JSON.parse(given);
    } catch {
      return { allowed: allowedValues(spec) };
    }
  }
  const good = Array.isArray(list) && list.length > 0 && list.every((each) => typeof each === 'string' && each !== '');
  if (!good || (list as string[]).length > (spec.max ?? Number.POSITIVE_INFINITY)) return { allowed: allowedValues(spec) };
  return { value: list as string[] };
}

function allowedValues(spec: ParamSpec): string {
  if (spec.kind === 'boolean') return 'true or false';
  if (spec.kind === 'strings') {
    const most = spec.max === undefined ? '' : `, at most ${spec.max}`;
    return `a,b or a JSON array of strings, none of them empty${most}`;
  }
  if (spec.kind === 'word') return spec.words?.join(', ') ?? '';
  if (spec.oneOf) return spec.oneOf.join(', ');
  const range = [spec.min === undefined ? '' : `from ${spec.min}`, spec.max === undefined ? '' : `to ${spec.max}`];
  return [spec.kind === 'integer' ? 'a whole number' : 'a number', ...range].filter((each) => each !== '').join(' ');
}
