import { didYouMean, InputError } from '@batchrock/core';
import { FAULT_HELP, type Faults, JOB_RATES, NO_FAULTS, type Rate } from './faults.ts';

type FaultName = keyof Faults;

const SHARES: readonly FaultName[] = ['partialFraction', 'keptFraction', 'eventLose', 'eventDouble'];
const RATES: readonly FaultName[] = ['throttle', 'serverError', 'lostReply', 'latencyMs'];
/** Whole milliseconds of a job, and more than any needs. */
const JOB_TIMES: readonly FaultName[] = ['jobRunMs', 'outputDelayMs', 'manifestDelayMs'];
const BY_JOB: readonly FaultName[] = JOB_RATES;
const MOST_JOB_MS = 365 * 24 * 3_600_000;
const MOST_MESSAGE = 2048;
const CODES = [400, 403, 408, 424, 429, 500, 503];

/**
 * Reads faults from a JSON object such as `{"throttle": 0.1, "lostReply": {"CreateModelInvocationJob": 0.5}}`; those that
 * it does not name are as in `base`. Throws `BR-E0120` naming the fault, the value and what is allowed.
 */
export function parseFaults(value: unknown, base: Faults = NO_FAULTS): Faults {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InputError('BR-E0120', 'faults are a JSON object, such as {"throttle": 0.1}');
  }
  let faults = base;
  for (const [name, given] of Object.entries(value))
    faults = { ...faults, [checkedName(name)]: checkedValue(name as FaultName, given) };
  return faults;
}

/**
 * Reads flags such as `throttle=0.1`, `lostReply.CreateModelInvocationJob=0.5` and `recordCodes=400,429`. A value may be JSON, as
 * the administration takes it: `throttle={"GetModelInvocationJob": 0.2}`. Faults of jobs and records take a job's name in the place
 * of the operation: `jobFail.nightly-*=1`.
 */
export function parseFaultFlags(flags: readonly string[]): Partial<Faults> {
  const found: Record<string, unknown> = {};
  for (const flag of flags) {
    const [, name = '', operation, text = ''] = /^([A-Za-z-]+)(?:\.([A-Za-z0-9*+.-]+))?=(.*)$/s.exec(flag) ?? [];
    const key = checkedName(
      name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      flag,
    );
    const value = flagValue(key, text);
    found[key] = operation === undefined ? value : { ...(typeof found[key] === 'object' ? found[key] : {}), [operation]: value };
  }
  parseFaults(found);
  return found;
}

function flagValue(name: FaultName, text: string): unknown {
  if (name === 'jobFailMessage') return text;
  if (/^\s*[[{]/.test(text)) return jsonValue(name, text);
  if (name === 'recordCodes') return text.split(',').map(Number);
  if (text === 'true' || text === 'false') return text === 'true';
  // what is no number stays as it was given, for the message
  return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
}

function jsonValue(name: FaultName, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const example = name === 'recordCodes' ? '[400, 429]' : '{"CreateModelInvocationJob": 0.5}';
    throw new InputError('BR-E0120', `fault ${name} is ${text}, which is not JSON; give a number, or JSON such as ${example}`, {
      cause,
      details: { fault: name },
    });
  }
}

function checkedName(name: string, given = name): FaultName {
  if (Object.hasOwn(FAULT_HELP, name)) return name as FaultName;
  const known = Object.keys(FAULT_HELP);
  const guess = didYouMean(name, known);
  throw new InputError('BR-E0120', `there is no fault ${JSON.stringify(given)}${guess === undefined ? '' : `; ${guess}?`}`, {
    hint: `give NAME=VALUE with one of ${known.join(', ')}`,
    details: { fault: given },
  });
}

function checkedValue(name: FaultName, value: unknown): unknown {
  if (RATES.includes(name) || BY_JOB.includes(name)) return checkedRate(name, value);
  if (name === 'jobFailMessage') {
    const fits = typeof value === 'string' && value.length <= MOST_MESSAGE;
    return fits ? value : refuse(name, value, `a text of at most ${MOST_MESSAGE} characters`);
  }
  if (SHARES.includes(name)) return checkedNumber(name, value, 1);
  if (name === 'manifestMissing' || name === 'noAccess')
    return typeof value === 'boolean' ? value : refuse(name, value, 'true or false');
  if (name === 'recordCodes') {
    const fits = Array.isArray(value) && value.length > 0 && value.every((code) => CODES.includes(code));
    return fits ? value : refuse(name, value, `a list of ${CODES.join(', ')}`);
  }
  if (name === 'outputFiles' && value === 0) refuse(name, value, 'a whole number of at least 1');
  const number = checkedNumber(name, value, Number.MAX_SAFE_INTEGER);
  return Number.isInteger(number) ? number : refuse(name, value, 'a whole number');
}

function checkedRate(name: FaultName, value: unknown): Rate {
  const isTime = JOB_TIMES.includes(name);
  const most = name === 'latencyMs' ? 3_600_000 : isTime ? MOST_JOB_MS : 1;
  const checked = (rate: unknown): number => {
    const number = checkedNumber(name, rate, most);
    return !isTime || Number.isInteger(number) ? number : refuse(name, rate, 'a whole number');
  };
  if (typeof value !== 'object' || value === null) return checked(value);
  return Object.fromEntries(Object.entries(value).map(([of, rate]) => [of, checked(rate)]));
}

function checkedNumber(name: FaultName, value: unknown, most: number): number {
  if (typeof value === 'number' && value >= 0 && value <= most) return value;
  return refuse(name, value, `a number from 0 to ${most}`);
}

function refuse(name: string, value: unknown, allowed: string): never {
  throw new InputError('BR-E0120', `fault ${name} is ${JSON.stringify(value)}; give ${allowed}`, { details: { fault: name } });
}
