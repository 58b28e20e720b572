/**
 * How long a server asks to be left alone, in milliseconds: `Retry-After` in seconds or as a date, else `t=` of a `RateLimit`
 * header, the seconds until the hub's window ends. Undefined when it does not say.
 */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const after = headers.get('retry-after')?.trim();
  if (after !== undefined && /^\d+(\.\d+)?$/.test(after)) return Math.ceil(Number(after) * 1000);
  const date = after === undefined ? Number.NaN : Date.parse(after);
  if (!Number.isNaN(date)) return Math.max(0, date - now);
  const seconds = /(?:^|;)\s*t=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}
