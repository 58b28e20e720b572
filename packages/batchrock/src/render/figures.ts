/** Shown in place of a figure that is not known: never 0, never NaN. */
export const UNKNOWN = '—';

/** `1,000,000`. */
export function count(value: number | undefined): string {
  if (!isKnown(value)) return UNKNOWN;
  return Math.round(value).toLocaleString('en-US');
}

/** Three digits with a unit: `940`, `9.8 k`, `412 M`. Below a thousand whole numbers. */
export function short(value: number | undefined): string {
  if (!isKnown(value)) return UNKNOWN;
  for (const [unit, size] of [
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const) {
    // 999.5 k rounds to 1000 k, which is 1.0 M
    if (Math.abs(value) >= size * 0.9995) return `${threeDigits(value / size)} ${unit}`;
  }
  return value.toFixed(0);
}

/** `14.2 MB`, in powers of ten. */
export function bytes(value: number | undefined): string {
  if (!isKnown(value)) return UNKNOWN;
  const text = short(value);
  return /[kMG]$/.test(text) ? `${text}B` : `${text} B`;
}

/** US dollars for a JSON document: eight digits behind the point, since single records cost far less than a cent; null: unknown. */
export function usdNumber(value: number | undefined): number | null {
  return isKnown(value) ? Number(value.toFixed(8)) : null;
}

/** `$41.20`; four digits below ten cents; `<$0.0001` below that. A loss: `-$41.20`, down to `>-$0.0001`. */
export function usd(value: number | undefined): string {
  if (!isKnown(value)) return UNKNOWN;
  if (value === 0) return '$0.00';
  if (value < 0) return value > -0.0001 ? '>-$0.0001' : `-${usd(-value)}`;
  if (value < 0.0001) return '<$0.0001';
  if (value < 0.1) return `$${value.toFixed(4)}`;
  return `$${value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

/** A sum that is estimated: `~$41.20`, and `<$0.0001`, which says so already. */
export function usdAbout(value: number | undefined): string {
  return roughly(usd(value));
}

/** The same of a sum that is written already. */
export function roughly(sum: string): string {
  return sum.replace(/^\$/, '~$');
}

/** Sums that stand side by side, with as many digits each: `$0.0817` and `$0.1634`, `$1.20` and `$12.00`. */
export function usdAlike(...values: readonly (number | undefined)[]): string[] {
  const digits = values.some((value) => isKnown(value) && value > 0 && value < 0.1) ? 4 : 2;
  return values.map((value) => {
    if (!isKnown(value) || (value > 0 && value < 0.0001)) return usd(value);
    return `$${value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
  });
}

/** `61 %` of a share from 0 to 1, rounded down: 100 % is only said when all is done. */
export function percent(share: number | undefined): string {
  return isKnown(share) ? `${Math.floor(Math.min(1, Math.max(0, share)) * 100 + 1e-9)} %` : UNKNOWN;
}

/** `45 s`, `38 min`, `3 h 20 min`, `2 d 4 h` of milliseconds. */
export function duration(ms: number | undefined): string {
  if (!isKnown(ms)) return UNKNOWN;
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours % 24 === 0 ? `${hours / 24} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** `38–52 min`: both ends in the unit of the later one. */
export function durationRange(from: number | undefined, to: number | undefined): string {
  if (!isKnown(from) || !isKnown(to)) return UNKNOWN;
  const [low, high] = [duration(Math.min(from, to)), duration(Math.max(from, to))];
  if (low === high) return low;
  const [lowNumber, lowUnit] = low.split(' ') as [string, string];
  return low.split(' ').length === 2 && high.split(' ').length === 2 && lowUnit === high.split(' ')[1]
    ? `${lowNumber}–${high}`
    : `${low}–${high}`;
}

/** `2026-11-21T03:52:24Z`. */
export function isoTime(at: number | undefined): string {
  return isKnown(at) ? new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z') : UNKNOWN;
}

/** `2026-11-21 04:52 UTC`, or `2026-11-21 05:52 +01:00`: in the time zone of the machine, for a person at a terminal. */
export function localTime(at: number | undefined): string {
  if (!isKnown(at)) return UNKNOWN;
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())} ${zoneOf(-date.getTimezoneOffset())}`;
}

/** A zone by its minutes ahead of UTC. */
function zoneOf(minutes: number): string {
  if (minutes === 0) return 'UTC';
  const two = (value: number): string => String(value).padStart(2, '0');
  const ahead = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(ahead / 60))}:${two(ahead % 60)}`;
}

/** `1 row`, `2 rows`: the figure with its word. */
export function plural(value: number | undefined, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

function isKnown(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value);
}

function threeDigits(value: number): string {
  const size = Math.abs(value);
  if (size >= 99.95) return value.toFixed(0);
  return value.toFixed(1);
}
