import { refuseSchedule } from './refuse-schedule.ts';

/** The six fields of a cron expression, as sorted numbers and tests of a day. */
export interface CronFields {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly months: ReadonlySet<number>;
  readonly years: ReadonlySet<number>;
  readonly isDayOfMonth: (day: Date) => boolean;
  readonly isDayOfWeek: (day: Date) => boolean;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const always = (): boolean => true;

/** Reads the inside of `cron(…)`: minutes, hours, day of month, month, day of week (1 is Sunday), year. */
export function parseCron(inside: string, expression: string): CronFields {
  const fields = inside.trim().split(/\s+/);
  const [minutes = '', hours = '', dayOfMonth = '', month = '', dayOfWeek = '', year = ''] = fields;
  const fail = (reason: string): never => refuseSchedule(expression, reason);
  if (fields.length !== 6) return fail('cron has six fields');
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) return fail('exactly one of day of month and day of week is ?');
  const read = (field: string, least: number, most: number, names: readonly string[] = [], first = 1): number[] => {
    const values = new Set<number>();
    for (const part of field.split(',')) for (const value of rangeOf(part, least, most, names, first, fail)) values.add(value);
    return [...values].sort((a, b) => a - b);
  };
  return {
    minutes: read(minutes, 0, 59),
    hours: read(hours, 0, 23),
    months: new Set(read(month, 1, 12, MONTHS)),
    years: new Set(read(year, 1970, 2199)),
    isDayOfMonth: dayOfMonth === '?' ? always : dayOfMonthTest(dayOfMonth, (field) => read(field, 1, 31)),
    isDayOfWeek: dayOfWeek === '?' ? always : dayOfWeekTest(dayOfWeek, (field) => read(field, 1, 7, DAYS)),
  };
}

/** True for a day (its first moment, UTC) on which the schedule strikes. */
export function matchesDay(fields: CronFields, day: Date): boolean {
  if (!fields.years.has(day.getUTCFullYear()) || !fields.months.has(day.getUTCMonth() + 1)) return false;
  return fields.isDayOfMonth(day) && fields.isDayOfWeek(day);
}

function rangeOf(
  part: string,
  least: number,
  most: number,
  names: readonly string[],
  first: number,
  fail: (reason: string) => never,
): readonly number[] {
  const [, range = '', step] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? fail(`"${part}" is no value`);
  const numberOf = (text: string): number => {
    const named = names.indexOf(text.toUpperCase());
    const value = named < 0 ? (/^\d+$/.test(text) ? Number(text) : Number.NaN) : named + first;
    return value >= least && value <= most ? value : fail(`"${text}" is not from ${least} to ${most}`);
  };
  const [from, to] = range === '*' ? [least, most] : boundsOf(range, step === undefined ? undefined : most, numberOf);
  const by = step === undefined ? 1 : Number(step);
  if (by === 0) fail(`"${part}" has no step`);
  const values: number[] = [];
  // FRI-MON goes over the end
  const length = to >= from ? to - from : most - from + 1 + (to - least);
  for (let i = 0; i <= length; i += by) values.push(((from - least + i) % (most - least + 1)) + least);
  return values;
}

function boundsOf(range: string, openEnd: number | undefined, numberOf: (text: string) => number): readonly [number, number] {
  const [from = '', to] = range.split('-');
  const low = numberOf(from);
  return [low, to === undefined ? (openEnd ?? low) : numberOf(to)];
}

/** `L` is the last day; `15W` the weekday nearest to the 15th; else numbers. */
function dayOfMonthTest(field: string, read: (field: string) => readonly number[]): (day: Date) => boolean {
  if (field === 'L') return (day) => day.getUTCDate() === daysIn(day);
  const [, wanted] = /^(\d+)W$/.exec(field) ?? [];
  if (wanted !== undefined) {
    const [number = 1] = read(wanted);
    return (day) => day.getUTCDate() === nearestWeekday(day, number);
  }
  const days = new Set(read(field));
  return (day) => days.has(day.getUTCDate());
}

/** `6L` is the last Friday; `3#2` the second Tuesday; `L` Saturday; else numbers and names, 1 or SUN being Sunday. */
function dayOfWeekTest(field: string, read: (field: string) => readonly number[]): (day: Date) => boolean {
  if (field === 'L') return (day) => day.getUTCDay() === 6;
  const [, last] = /^([1-7]|[A-Za-z]{3})L$/.exec(field) ?? [];
  if (last !== undefined) {
    const [number = 1] = read(last);
    return (day) => day.getUTCDay() + 1 === number && day.getUTCDate() + 7 > daysIn(day);
  }
  const [, nthDay, nth] = /^([1-7]|[A-Za-z]{3})#([1-5])$/.exec(field) ?? [];
  if (nthDay !== undefined) {
    const [number = 1] = read(nthDay);
    return (day) => day.getUTCDay() + 1 === number && Math.ceil(day.getUTCDate() / 7) === Number(nth);
  }
  const days = new Set(read(field));
  return (day) => days.has(day.getUTCDay() + 1);
}

function daysIn(day: Date): number {
  return new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).getUTCDate();
}

/** Never in another month. */
function nearestWeekday(day: Date, wanted: number): number {
  const number = Math.min(wanted, daysIn(day));
  const weekday = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), number)).getUTCDay();
  if (weekday === 6) return number === 1 ? 3 : number - 1;
  if (weekday === 0) return number === daysIn(day) ? number - 2 : number + 1;
  return number;
}
