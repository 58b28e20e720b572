import type { AnswerFormat, JsonValue, ReasoningEffort } from '../model/index.ts';
import { readAnswerFormat } from './answer-format.ts';
import { anyOf, type Findings, type Given, type GivenObject, isAbsent, isObject, isTooDeep, shown } from './findings.ts';

/** What the fields of a body, the messages and tools apart, come to. */
export interface ChatDraft {
  maxTokens?: number;
  temperature?: number;
  topP?: number;
  topK?: number;
  stop?: readonly string[];
  parallelToolCalls?: boolean;
  format?: AnswerFormat;
  reasoning?: ReasoningEffort;
  user?: string;
  metadata?: Readonly<Record<string, string>>;
  extras?: Record<string, JsonValue>;
  /** How many answers. */
  n?: number;
}

/** Reads a value, which is never null or absent, into the draft. `path` is the name of the field. */
type FieldReader = (value: Given, path: string, draft: ChatDraft, findings: Findings) => void;

/** One field of a body: what becomes of it, for the documentation too. */
export interface FieldRule {
  /** What becomes of it, as a sentence without a full stop. */
  readonly becomes: string;
  /** Absent: read elsewhere, or without meaning here. */
  readonly read?: FieldReader;
}

/** The fields of a body by their names. */
export type FieldTable = ReadonlyMap<string, FieldRule>;

/** Reads all fields of a body but those that have no reader. Unknown ones are said. */
export function readFields(body: GivenObject, table: FieldTable, draft: ChatDraft, findings: Findings): void {
  for (const key in body) {
    const rule = table.get(key);
    if (rule !== undefined && rule.read === undefined) continue;
    const value = body[key];
    if (isAbsent(value)) continue;
    if (rule === undefined)
      findings.leftOut('unknown_field', key, `${shown(key)} is no field that is known here: it is left out`);
    else rule.read!(value, key, draft, findings);
  }
}

/** A number as it has to be; undefined beside a problem. */
export function readNumber(
  value: Given,
  path: string,
  range: { readonly min: number; readonly max: number; readonly whole?: boolean },
  findings: Findings,
): number | undefined {
  if (typeof value !== 'number') {
    findings.badType(path, value, 'a number');
    return undefined;
  }
  if (value >= range.min && value <= range.max && (!range.whole || Number.isInteger(value))) return value;
  const upper = range.max < Number.MAX_SAFE_INTEGER ? ` to ${range.max}` : ' and more';
  const kind = range.whole ? 'a whole number of ' : '';
  findings.problem('out_of_range', path, `${path} is ${value}; ${kind}${range.min}${upper} is taken`);
  return undefined;
}

/** A text as it has to be; undefined beside a problem. */
export function readString(value: Given, path: string, findings: Findings): string | undefined {
  if (typeof value === 'string') return value;
  findings.badType(path, value, 'a text');
  return undefined;
}

type NumberField = 'maxTokens' | 'temperature' | 'topP' | 'topK' | 'n';

/** A number that goes into a field of the draft; `mayYield`: unless the field has one. */
export function number(
  becomes: string,
  field: NumberField,
  range: { readonly min: number; readonly max: number; readonly whole?: boolean },
  mayYield = false,
): FieldRule {
  return {
    becomes,
    read: (value, path, draft, findings) => {
      const read = readNumber(value, path, range, findings);
      if (read !== undefined && !(mayYield && draft[field] !== undefined)) draft[field] = read;
    },
  };
}

/** A count of tokens, one at least. */
export const TOKENS = { min: 1, max: Number.MAX_SAFE_INTEGER, whole: true };

/** What only some models know: given to the family under its own name, which says where its model does not take it. */
export function extra(check?: (value: Given, path: string, findings: Findings) => unknown): FieldRule {
  return {
    becomes: 'told to models that take it, under its own name',
    read: (value, path, draft, findings) => {
      if (isTooDeep(value)) findings.problem('too_deep', path, `${path} is nested deeper than 100 levels`);
      else if (check === undefined || check(value, path, findings) !== undefined) (draft.extras ??= {})[path] = value!;
    },
  };
}

/** A number among the extras; `none` says nothing. */
export const extraNumber = (min: number, max: number, none?: number): FieldRule => {
  const rule = extra((value, path, findings) => readNumber(value, path, { min, max }, findings));
  return {
    ...rule,
    read: (value, path, draft, findings) => (value === none ? undefined : rule.read!(value, path, draft, findings)),
  };
};

/** What no model of the service can be told. `harmless` are the values that ask for nothing. */
export function leftOut(why: string, harmless: readonly Given[] = []): FieldRule {
  return {
    becomes: `left out, and said: ${why}`,
    read: (value, path, _draft, findings) => {
      if (harmless.includes(value) || (Array.isArray(value) && value.length === 0)) return;
      findings.leftOut('field_not_supported', path, `${path} is left out: ${why}`);
    },
  };
}

/** What makes no sense in a batch of this service, whatever the policy says. */
export function refused(
  code: 'stream' | 'hosted_tool' | 'stored_state',
  why: string,
  harmless: readonly Given[] = [],
): FieldRule {
  return {
    becomes: `refused (\`${code}\`): ${why}`,
    read: (value, path, _draft, findings) => {
      if (!harmless.includes(value)) findings.problem(code, path, `${path} cannot be taken: ${why}`);
    },
  };
}

/** Read elsewhere. */
export const elsewhere = (becomes: string): FieldRule => ({ becomes });

const EFFORTS: readonly ReasoningEffort[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh'];

/** Reads an effort; `max` is the highest that there is a word for. */
export function readEffort(value: Given, path: string, draft: ChatDraft, findings: Findings): void {
  const effort = EFFORTS.find((each) => each === value);
  if (effort !== undefined) draft.reasoning = effort;
  else if (value === 'max') {
    draft.reasoning = 'xhigh';
    findings.changed('effort_lowered', path, `${path} is "max": told as "xhigh", the most that there is`);
  } else findings.problem('bad_value', path, `${path} is ${shown(value)}; ${anyOf([...EFFORTS, 'max'])} is taken`);
}

/** Reads `reasoning` of a response, of which the effort is told. */
export function readReasoning(value: Given, path: string, draft: ChatDraft, findings: Findings): void {
  if (!isObject(value)) {
    findings.badType(path, value, 'an object with effort');
    return;
  }
  for (const key in value) {
    if (isAbsent(value[key])) continue;
    if (key === 'effort') readEffort(value[key], `${path}.effort`, draft, findings);
    else findings.leftOut('field_not_supported', `${path}.${key}`, `${path}.${key} is left out: only the effort is told`);
  }
}

/** Reads a text, or a list of texts, that end an answer. */
export function readStop(value: Given, path: string, draft: ChatDraft, findings: Findings): void {
  const given: readonly Given[] = Array.isArray(value) ? value : [value];
  const stop: string[] = [];
  for (let i = 0; i < given.length; i++) {
    const text = given[i];
    const at = Array.isArray(value) ? `${path}[${i}]` : path;
    if (typeof text !== 'string') findings.badType(at, text, 'a text');
    else if (text === '') findings.changed('empty_stop', at, 'an empty text ends no answer: it is left out');
    else stop.push(text);
  }
  if (stop.length > 0) draft.stop = stop;
}

/** Keys of 64 characters, values of 512, 16 pairs (OpenAI API reference, metadata, 2026-11). */
export function readMetadata(value: Given, path: string, draft: ChatDraft, findings: Findings): void {
  if (!isObject(value)) {
    findings.badType(path, value, 'an object of texts');
    return;
  }
  const metadata: Record<string, string> = Object.create(null) as Record<string, string>;
  let count = 0;
  for (const key in value) {
    const text = value[key];
    if (typeof text !== 'string') {
      findings.badType(`${path}.${key}`, text, 'a text');
      continue;
    }
    if (key.length > 64 || text.length > 512) {
      findings.problem('out_of_range', `${path}.${shown(key)}`, `${path} has a key above 64 or a text above 512 characters`);
    }
    metadata[key] = text;
    count += 1;
  }
  if (count > 16) findings.problem('out_of_range', path, `${path} has ${count} pairs; 16 are taken at most`);
  if (count > 0) draft.metadata = metadata;
}

/** Reads who asks. `safety_identifier` goes before `user`, whichever comes first. */
export function readUser(value: Given, path: string, draft: ChatDraft, findings: Findings): void {
  const user = readString(value, path, findings);
  if (user === undefined || user === '') return;
  if (path === 'safety_identifier' || draft.user === undefined) draft.user = user;
}

/** Reads whether an answer may have several calls. */
export function readParallel(value: Given, path: string, draft: ChatDraft, findings: Findings): void {
  if (typeof value === 'boolean') draft.parallelToolCalls = value;
  else findings.badType(path, value, 'true or false');
}

/** Reads what an answer’s text must be. */
export function readFormat(value: Given, path: string, draft: ChatDraft, findings: Findings): void {
  const format = readAnswerFormat(value, path, findings);
  if (format !== undefined) draft.format = format;
}

/** `text` of a response. */
export function readTextConfig(value: Given, path: string, draft: ChatDraft, findings: Findings): void {
  if (!isObject(value)) {
    findings.badType(path, value, 'an object');
    return;
  }
  for (const key in value) {
    if (isAbsent(value[key])) continue;
    if (key === 'format') readFormat(value[key], `${path}.format`, draft, findings);
    else if (key === 'verbosity') (draft.extras ??= {})['verbosity'] = value[key]!;
    else findings.leftOut('unknown_field', `${path}.${key}`, `${shown(key)} is no field that is known here: it is left out`);
  }
}

/** Answers are text, whatever else is asked for. */
export function readModalities(value: Given, path: string, _draft: ChatDraft, findings: Findings): void {
  if (Array.isArray(value) && value.every((each) => each === 'text')) return;
  findings.leftOut('field_not_supported', path, `${path} is left out: answers are text`);
}

/** The value where it is true or false; undefined beside a problem. */
export const isFlag = (value: Given, path: string, findings: Findings): unknown => {
  if (typeof value === 'boolean') return value;
  findings.badType(path, value, 'true or false');
  return undefined;
};

/** A rule that reads nothing in a value that asks for nothing. */
export function withNone(rule: FieldRule, none: Given): FieldRule {
  return {
    ...rule,
    read: (value, path, draft, findings) => (value === none ? undefined : rule.read!(value, path, draft, findings)),
  };
}
