import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../memory/index.ts';
import { readTrace } from './program.ts';
import { ALL } from './size.ts';
import { expectSameEnd, openPlaces } from './undisturbed.ts';
import type { World } from './world.ts';

const FIRST = Number(process.env['PROCESSES_SEED'] ?? randomInt(1_000_000));
const SEEDS = Array.from({ length: ALL ? 100 : 2 }, (_, i) => FIRST + i);
/** Most moments that a process is let live for; an undisturbed run has some 400. */
const MOST_MOMENTS = 250;
const KILLS = 4;

const places = await openPlaces(2);

describe.concurrent('kill -9 at random moments, again and again, then the same command, ends in the same bytes', () => {
  test.each(SEEDS)('seed %i', (seed) =>
    places.take(({ world, expected }) =>
      world(async (disturbed) => {
        const random = seededRandom(seed);
        for (let kill = 0; kill < KILLS; kill++) await killOnce(disturbed, `trace-${kill}`, random);
        const found = await disturbed.finish();
        expect(found.jobs.length, `PROCESSES_SEED=${seed} does it again, or nearly`).toBe(expected.jobs.length);
        expectSameEnd(found, expected);
      }),
    ),
  );
});

/** Lets a process come as far as chance will have it, by what it does and not by the clock, and then some milliseconds. */
async function killOnce({ folder, start }: World, name: string, random: ReturnType<typeof seededRandom>): Promise<void> {
  const trace = join(folder, name);
  const program = start({ moments: { trace } });
  const moments = Math.floor(random.next() * MOST_MOMENTS);
  const late = random.next() * 30;
  const isOver = () => program.process.exitCode !== null;
  while (!isOver() && !(existsSync(trace) && readTrace(trace).length >= moments)) await sleep(5);
  await sleep(late);
  program.process.kill('SIGKILL');
  await program.ended;
}
