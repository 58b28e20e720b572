import { type CronFields, matchesDay, parseCron } from './cron.ts';
import { refuseSchedule } from './refuse-schedule.ts';

/** When a schedule strikes. */
export interface Schedule {
  /** The next time after this one, in milliseconds since the epoch; undefined when there is none. */
  next(after: number): number | undefined;
}

const UNIT_MS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * Reads `rate(5 minutes)` or `cron(0 8 ? * MON-FRI *)` (EventBridge User Guide, "Setting a schedule pattern", 2026-11). A rate
 * counts from `since`; cron is in UTC. Throws a `ValidationException` for anything that PutRule refuses.
 */
export function parseSchedule(expression: string, since: number): Schedule {
  const [, kind, inside = ''] = /^(rate|cron)\((.*)\)$/.exec(expression) ?? [];
  if (kind === 'rate') return rateOf(inside, expression, since);
  if (kind === 'cron') {
    const fields = parseCron(inside, expression);
    return { next: (after) => nextMatch(fields, after) };
  }
  return refuseSchedule(expression, 'it is neither rate(…) nor cron(…)');
}

/** Strikes every so many milliseconds, first so long after `since`. */
export function everyMs(ms: number, since: number): Schedule {
  return { next: (after) => since + (Math.floor(Math.max(0, after - since) / ms) + 1) * ms };
}

function rateOf(inside: string, expression: string, since: number): Schedule {
  const [, count = '', unit = '', plural] = /^(\d+) (minute|hour|day)(s?)$/.exec(inside) ?? [];
  const number = Number(count);
  if (unit === '' || number === 0) return refuseSchedule(expression, 'a rate is a positive number and minutes, hours or days');
  if ((number === 1) !== (plural === '')) return refuseSchedule(expression, 'one takes the singular, more take the plural');
  return everyMs(number * (UNIT_MS[unit] ?? 0), since);
}

/** Goes through days, and the minutes of those that match: at most the 130 years that the year field can name. */
function nextMatch(fields: CronFields, after: number): number | undefined {
  const from = Math.floor(after / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
  const last = Date.UTC(2200, 0, 1);
  for (let day = Math.floor(from / DAY_MS) * DAY_MS; day < last; day += DAY_MS) {
    if (!matchesDay(fields, new Date(day))) continue;
    for (const hour of fields.hours) {
      for (const minute of fields.minutes) {
        const at = day + hour * 3_600_000 + minute * MINUTE_MS;
        if (at >= from) return at;
      }
    }
  }
  return undefined;
}
