import type { TimeUnit } from '@batchrock/core';

/** Units in a second, and their digits behind the point. */
export const UNITS: Readonly<Record<TimeUnit, { readonly perSecond: number; readonly digits: number }>> = {
  ms: { perSecond: 1e3, digits: 3 },
  us: { perSecond: 1e6, digits: 6 },
  ns: { perSecond: 1e9, digits: 9 },
};

const SECONDS_A_DAY = 86_400;

/** Seconds since 1970 or midnight, and the units above them. */
export interface Instant {
  readonly seconds: number;
  /** From 0 up to a second. */
  readonly fraction: number;
}

/** Splits a signed number of 64 bits, given in two halves, without losing a digit. */
export function splitUnits(low: number, high: number, unit: TimeUnit): Instant {
  const { perSecond } = UNITS[unit];
  const value = high * 2 ** 32 + (low >>> 0);
  if (Number.isSafeInteger(value)) {
    const seconds = Math.floor(value / perSecond);
    return { seconds, fraction: value - seconds * perSecond };
  }
  const exact = (BigInt(high) << 32n) + BigInt(low >>> 0);
  const per = BigInt(perSecond);
  const rest = ((exact % per) + per) % per;
  return { seconds: Number((exact - rest) / per), fraction: Number(rest) };
}

/** `2026-11-21`; a year outside 0 to 9999 has a sign and six digits or more, as ISO 8601 has it. */
export function dateText(daysSince1970: number): string {
  // the civil calendar, counted from 1 March of the year 0 in cycles of 400 years
  const day = daysSince1970 + 719_468;
  const era = Math.floor(day / 146_097);
  const ofEra = day - era * 146_097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * ofYear + 2) / 153);
  const date = ofYear - Math.floor((153 * shifted + 2) / 5) + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${yearText(year)}-${digits(month, 2)}-${digits(date, 2)}`;
}

function yearText(year: number): string {
  if (year >= 0 && year <= 9999) return digits(year, 4);
  return `${year < 0 ? '-' : '+'}${digits(Math.abs(year), 6)}`;
}

/** `12:34:56` or, where there is a fraction, `12:34:56.123456` with all digits of the unit; UTC ends in `Z`. */
export function timeText({ seconds, fraction }: Instant, unit: TimeUnit, utc: boolean): string {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const clock = `${digits(hours, 2)}:${digits(minutes - 60 * hours, 2)}:${digits(seconds - 60 * minutes, 2)}`;
  const rest = fraction === 0 ? '' : `.${digits(fraction, UNITS[unit].digits)}`;
  return `${clock}${rest}${utc ? 'Z' : ''}`;
}

/** `2026-11-21T12:34:56.123Z`. */
export function timestampText({ seconds, fraction }: Instant, unit: TimeUnit, utc: boolean): string {
  const days = Math.floor(seconds / SECONDS_A_DAY);
  const ofDay = { seconds: seconds - days * SECONDS_A_DAY, fraction };
  return `${dateText(days)}T${timeText(ofDay, unit, utc)}`;
}

/** `P1M2DT3.004S`: months, days and milliseconds, none of which can be made of the others. */
export function intervalText(months: number, days: number, millis: number): string {
  const seconds = Math.floor(millis / 1000);
  const rest = millis - 1000 * seconds;
  return `P${months}M${days}DT${seconds}${rest === 0 ? '' : `.${digits(rest, 3)}`}S`;
}

function digits(value: number, count: number): string {
  return String(value).padStart(count, '0');
}
