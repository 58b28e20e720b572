import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '@batchrock/core';
import type { AdminRoute } from '../server/index.ts';
import { createServiceClock, type ServiceClock } from './service-clock.ts';

/** A year: nothing here waits longer. */
const MOST_MS = 365 * 24 * 3_600_000;

/** The clock of a folder: as far ahead of the wall as it was when the folder was served before. */
export function openClock(dir: string): ServiceClock {
  try {
    const { aheadMs } = JSON.parse(readFileSync(fileIn(dir), 'utf8')) as { readonly aheadMs?: unknown };
    return createServiceClock(typeof aheadMs === 'number' ? aheadMs : 0);
  } catch (error) {
    // a folder whose clock was never advanced has no such file
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return createServiceClock();
    throw error;
  }
}

/**
 * `GET /_batchrock/clock`: what it shows. `POST` with `{"advanceMs": 3600000}` advances it, in milliseconds of the wall, and
 * answers when all that was due has happened and its events have been sent.
 */
export function clockRoutes(clock: ServiceClock, dir: string): readonly AdminRoute[] {
  const path = '/_batchrock/clock';
  const view = () => ({ now: new Date(clock.now()).toISOString(), aheadMs: Math.round(clock.aheadMs()) });
  return [
    { method: 'GET', path, handle: view },
    {
      method: 'POST',
      path,
      async handle({ body }) {
        await clock.advance(advanceMsOf(body));
        writeFileSync(fileIn(dir), JSON.stringify({ aheadMs: clock.aheadMs() }));
        return view();
      },
    },
  ];
}

function fileIn(dir: string): string {
  return join(dir, 'clock.json');
}

function advanceMsOf(body: unknown): number {
  const ms = typeof body === 'object' && body !== null && 'advanceMs' in body ? body.advanceMs : undefined;
  if (typeof ms === 'number' && ms >= 0 && ms <= MOST_MS) return ms;
  const given = JSON.stringify(ms) ?? 'absent';
  throw new InputError('BR-E0120', `advanceMs is ${given}; give a number from 0 to ${MOST_MS}, as {"advanceMs": 60000}`, {
    details: { option: 'advanceMs' },
  });
}
