import type { Chance } from './chance.ts';
import { GAP_MINUTES } from './service-model.ts';

/** How somebody comes to know that a job has ended, and so that its slot is free. */
export type Watch =
  /** Told by an event; one that is lost is made up for by the next sweep, or never. */
  | { readonly by: 'events'; readonly delayMinutes: number; readonly lostShare: number; readonly sweepMinutes: number }
  /** Looks every so often, and does all else at those moments too. */
  | { readonly by: 'poll'; readonly everyMinutes: number };

/** Our own: an event within seconds (or a look every 15 seconds), and a sweep every five minutes for those that are lost. */
export const OUR_WATCH = {
  by: 'events',
  delayMinutes: GAP_MINUTES,
  lostShare: 0.005,
  sweepMinutes: 5,
} as const satisfies Watch;

/** When it is known that a job has ended that ended then; minutes. */
export function seenAt(watch: Watch, endedAt: number, chance: Chance): number {
  if (watch.by === 'poll') return nextOf(watch.everyMinutes, endedAt);
  const isLost = watch.lostShare > 0 && chance.uniform() < watch.lostShare;
  return isLost ? nextOf(watch.sweepMinutes, endedAt) : endedAt + watch.delayMinutes;
}

/** When a run that comes then is looked at for the first time. */
export function noticedAt(watch: Watch, arrivesAt: number): number {
  return watch.by === 'poll' ? Math.ceil(arrivesAt / watch.everyMinutes) * watch.everyMinutes : arrivesAt;
}

function nextOf(every: number, after: number): number {
  return (Math.floor(after / every) + 1) * every;
}
