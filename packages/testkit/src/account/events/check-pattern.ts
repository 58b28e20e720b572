import { NEGATABLE, OPERATOR_NAMES } from './operators.ts';
import { isRecord, type JsonRecord } from './pattern.ts';

/** The values that numeric matching compares (EventBridge User Guide, "Comparison operators", 2026-11). */
const MOST_NUMBER = 5e9;
const SIGNS = ['=', '<', '<=', '>', '>='];

/** Throws an `InvalidEventPatternException` that says where, for a pattern that PutRule would refuse. */
export function checkPattern(pattern: unknown, at = 'the pattern'): asserts pattern is JsonRecord {
  if (!isRecord(pattern)) refuse(at, 'must be an object');
  if (Object.keys(pattern).length === 0) refuse(at, 'must not be empty');
  for (const [name, wanted] of Object.entries(pattern)) {
    const here = `${at}, ${name}`;
    if (name === '$or') checkAlternatives(wanted, here);
    else if (Array.isArray(wanted)) checkValues(wanted, here);
    else if (isRecord(wanted)) checkPattern(wanted, here);
    else refuse(here, 'must be an object or an array');
  }
}

function checkAlternatives(wanted: unknown, at: string): void {
  if (!Array.isArray(wanted) || wanted.length < 2) refuse(at, 'must be an array of at least two patterns');
  for (const either of wanted) checkPattern(either, at);
}

function checkValues(wanted: readonly unknown[], at: string): void {
  if (wanted.length === 0) refuse(at, 'must not be an empty array');
  for (const one of wanted) {
    if (isRecord(one)) checkOperator(one, at);
    else if (typeof one === 'object' && one !== null) refuse(at, 'must not hold an array in an array');
  }
}

function checkOperator(operator: JsonRecord, at: string): void {
  const [[name, wanted] = ['', undefined], ...more] = Object.entries(operator);
  if (more.length > 0) refuse(at, 'must have one operator in each object');
  if (!OPERATOR_NAMES.includes(name)) refuse(at, `has no operator ${JSON.stringify(name)}: ${OPERATOR_NAMES.join(', ')}`);
  const here = `${at}, ${name}`;
  if (name === 'anything-but') checkAnythingBut(wanted, here);
  else checkArgument(name, wanted, here);
}

function checkArgument(name: string, wanted: unknown, at: string): void {
  if (name === 'exists') {
    if (typeof wanted !== 'boolean') refuse(at, 'must be true or false');
  } else if (name === 'numeric') checkRange(wanted, at);
  else if (isRecord(wanted) && (name === 'prefix' || name === 'suffix')) {
    const folded = wanted['equals-ignore-case'];
    if (Object.keys(wanted).length !== 1 || typeof folded !== 'string')
      refuse(at, 'must be a string or {"equals-ignore-case": …}');
  } else if (typeof wanted !== 'string') refuse(at, 'must be a string');
  else if (name === 'wildcard') checkWildcard(wanted, at);
  else if (name === 'cidr' && !/^[0-9a-fA-F.:]+\/\d{1,3}$/.test(wanted))
    refuse(at, 'must be an address block such as 10.0.0.0/24');
}

function checkRange(wanted: unknown, at: string): void {
  const isPairs = Array.isArray(wanted) && (wanted.length === 2 || wanted.length === 4);
  if (!isPairs) refuse(at, 'must be one comparison or two, such as [">", 0, "<=", 5]');
  for (let i = 0; i < wanted.length; i += 2) {
    if (!SIGNS.includes(wanted[i])) refuse(at, `compares with one of ${SIGNS.join(' ')}`);
    const bound = wanted[i + 1];
    if (typeof bound !== 'number' || Math.abs(bound) > MOST_NUMBER) refuse(at, 'compares with a number from -5.0e9 to +5.0e9');
  }
  if (wanted.length === 4 && (!wanted[0].startsWith('>') || !wanted[2].startsWith('<') || wanted[1] >= wanted[3])) {
    refuse(at, 'must have the lower bound first and a range that is not empty');
  }
}

function checkAnythingBut(wanted: unknown, at: string): void {
  if (isRecord(wanted)) {
    const [[name, argument] = ['', undefined], ...more] = Object.entries(wanted);
    if (more.length > 0 || !NEGATABLE.has(name)) refuse(at, `takes values or one of ${[...NEGATABLE].join(', ')}`);
    const list = Array.isArray(argument) ? argument : [argument];
    if (list.length === 0) refuse(at, 'must not be an empty array');
    for (const one of list) checkArgument(name, one, `${at}, ${name}`);
    return;
  }
  const values = Array.isArray(wanted) ? wanted : [wanted];
  const types = new Set(values.map((value) => typeof value));
  const fits = types.size === 1 && (types.has('string') || types.has('number'));
  if (!fits) refuse(at, 'takes strings or numbers, not both');
}

function checkWildcard(wanted: string, at: string): void {
  if (wanted.replace(/\\[*\\]/g, '').includes('**')) refuse(at, 'must not have two * in a row');
  if (/\\(?![*\\])/.test(wanted.replace(/\\[*\\]/g, ''))) refuse(at, 'may have a backslash only before * and \\');
}

function refuse(at: string, what: string): never {
  const error = new Error(`Event pattern is not valid. Reason: ${at} ${what}`);
  error.name = 'InvalidEventPatternException';
  throw error;
}
