import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { isChange } from './changes.ts';
import { type Program, readTrace } from './program.ts';
import { ALL } from './size.ts';
import { expectSameEnd, openPlaces } from './undisturbed.ts';
import type { World } from './world.ts';

/** A token is forgotten after this, of the wall. Past the two seconds for which a Create is sent again without a look. */
const TOKEN_MS = 2_500;
/** Nothing but the protocol keeps a part from having two jobs: its token is forgotten, and its name may be used again. */
const FORGETFUL = { tokenLifetimeMs: TOKEN_MS, uniqueNames: false };
const FROZEN_MS = TOKEN_MS + 1_000;

const places = await openPlaces(3);
const moments = places.moments.filter(isChange);
/** Behind the intent, before the Create, behind it: of the first job and of that of the second generation, or of all. */
const frozenAt = moments.flatMap((name, i) => {
  if (!name.startsWith('before service.create ')) return [];
  return [i, i + 1, i + 2].map((at) => [at, moments[at - 1]?.split(' ').slice(0, 2).join(' ') ?? ''] as const);
});
const tried = ALL ? frozenAt : [...frozenAt.slice(0, 3), ...frozenAt.slice(-3)];

describe.concurrent('SIGSTOP in the middle of a submission, SIGCONT when its token is forgotten', () => {
  test.each(tried)('%i, %s: the same process goes on, and no part has two jobs', (at) =>
    places.take(({ world, expected }) =>
      world(async (frozen) => {
        const program = await freeze(frozen, at);
        await sleep(FROZEN_MS);
        program.process.kill('SIGCONT');
        const { code } = await program.ended;
        expectSameEnd(await frozen.outcome(code), expected);
      }, FORGETFUL),
    ),
  );

  // where nothing was sent yet the run is the other ledger's whole: the most dangerous moment is just before a Create
  test.each(tried.filter(([, name]) => ALL || name === 'before service.create'))(
    '%i, %s: another machine has adopted the run and ended it, and the process that wakes up creates no job',
    (at) =>
      places.take(({ world, expected }) =>
        world(async (frozen) => {
          const program = await freeze(frozen, at);
          const elsewhere = { env: { BATCHROCK_STATE_DIR: join(frozen.folder, 'elsewhere') } };
          const adopt = await frozen.adopt(elsewhere);
          expect(adopt.stderr).not.toContain('BR-E');
          expectSameEnd(await frozen.finish(elsewhere), expected);
          // the job that was made there has a token too: it is forgotten when the process wakes up
          await sleep(FROZEN_MS);
          program.process.kill('SIGCONT');
          const woken = await program.ended;
          // it may have been so far that there was nothing left for it but to write the same results
          if (woken.code !== expected.code) expect(woken).toMatchObject({ code: 2, stderr: expect.stringContaining('BR-E0213') });
          expectSameEnd(await frozen.outcome(expected.code), expected);
        }, FORGETFUL),
      ),
  );
});

/** A process that stands still at a moment: with its sockets, its lock and what it believes the time to be. */
async function freeze({ folder, start }: World, at: number): Promise<Program> {
  const trace = join(folder, 'trace');
  const program = start({ moments: { at, signal: 'SIGSTOP', changes: true, trace } });
  while (program.process.exitCode === null && !(existsSync(trace) && readTrace(trace).length >= at)) await sleep(20);
  return program;
}
