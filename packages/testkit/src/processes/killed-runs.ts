import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../memory/index.ts';
import { isChange } from './changes.ts';
import { type Ended, type Program, readTrace } from './program.ts';
import { expectSameEnd, type KnownPlace, openPlaces } from './undisturbed.ts';
import type { Outcome, World, WorldOptions } from './world.ts';

/** Records, whole jobs and calls fail; which jobs do hangs upon their names, so that it is the same after a kill. */
const TWENTY_PARTS: WorldOptions = {
  rows: 2_000,
  faults: {
    recordFail: 0.05,
    recordMissing: 0.02,
    recordDouble: 0.02,
    jobPartial: 0.15,
    jobFail: 0.1,
    jobExpire: 0.1,
    jobStop: 0.1,
    jobRefuse: 0.05,
    keptFraction: 0.5,
    throttle: { CreateModelInvocationJob: 0.1, GetModelInvocationJob: 0.02 },
    serverError: { CreateModelInvocationJob: 0.1 },
    lostReply: { CreateModelInvocationJob: 0.1 },
    // of the 100 that may live at once
    foreignJobs: 95,
  },
  // nothing but the protocol keeps a part from having two jobs
  tokenLifetimeMs: 2_500,
  uniqueNames: false,
};
/** A process lives for so long at most beyond the change that it is killed behind. */
const MOST_LATE_MS = 40;
/** An adoption makes about so many changes. */
const CHANGES_OF_ADOPTION = 30;

type Next = () => number;
/** Goes on with what was killed, to an end that must be the same. */
type GoOn = (world: World, expected: Outcome, next: Next) => Promise<void>;

/**
 * Kills runs of 20 parts at so many random moments, each in a run of its own, and goes on with the same command; then at as many with
 * the machine lost: an empty one adopts the run, is killed in that as well where chance will have it, and goes on.
 */
export async function describeKilledRuns(kills: number, firstSeed: number): Promise<void> {
  const seeds = Array.from({ length: kills }, (_, i) => firstSeed + i);
  const places = await openPlaces(3, TWENTY_PARTS);
  const changes = places.moments.filter(isChange).length;
  const endsTheSame = (seed: number, goOn: GoOn) =>
    places.take((place) => endsAsExpected(place, seededRandom(seed).next, changes, goOn));

  test('the undisturbed run has 20 parts and a second generation, and not every job of it ends well', () =>
    places.take(async ({ expected }) => {
      const object = (name: string) => [...expected.objects].find(([key]) => key.endsWith(`/${name}`))?.[1] ?? '';
      expect(object('parts.jsonl').trimEnd().split('\n')).toHaveLength(20);
      expect(expected.jobs.length).toBeGreaterThan(20);
      expect(new Set(object('summary.json').match(/"status": "\w+"/g)).size).toBeGreaterThan(1);
    }));

  describe.concurrent('a run of 20 parts with faults is killed by kill -9 at a random moment, and ends in the same bytes, no job twice', () => {
    test.each(seeds)('by the same command (seed %i)', (seed) => endsTheSame(seed, sameCommand));

    test.each(seeds)('adopted on an empty machine (seed %i)', (seed) => endsTheSame(seed, adoptElsewhere));
  });
}

async function endsAsExpected({ world, expected }: KnownPlace, next: Next, changes: number, goOn: GoOn): Promise<void> {
  // a process that came to its end before its moment was not killed: the next moment counts
  for (let killed = false; !killed; ) {
    await world(async (disturbed) => {
      const trace = join(disturbed.folder, 'trace');
      const program = disturbed.start({ moments: { trace, changes: true } });
      killed = (await killAmong(program, trace, changes, next)).signal === 'SIGKILL';
      if (killed) await goOn(disturbed, expected, next);
    });
  }
}

/** Kills a process behind one of its first changes, some milliseconds late. */
async function killAmong({ process, ended }: Program, trace: string, changes: number, next: Next): Promise<Ended> {
  const moment = Math.floor(next() * changes);
  const lateMs = next() * MOST_LATE_MS;
  const isOver = () => process.exitCode !== null;
  while (!isOver() && !(existsSync(trace) && readTrace(trace).length >= moment)) await sleep(5);
  await sleep(lateMs);
  process.kill('SIGKILL');
  return ended;
}

async function sameCommand(world: World, expected: Outcome): Promise<void> {
  expectSameEnd(await world.finish(), expected);
}

/** Without its ledger, its results and its dataset. What was never prepared is begun by its command alone. */
async function adoptElsewhere(world: World, expected: Outcome, next: Next): Promise<void> {
  const run = await world.preparedRun();
  const cwd = join(world.folder, 'elsewhere');
  if (run === undefined) return expectSameEnd(await world.finish({ env: { BATCHROCK_STATE_DIR: cwd } }), expected);
  mkdirSync(cwd);
  const argv = ['adopt', run.place, '--endpoint-url', world.url, '--out', 'out.jsonl'];
  const trace = join(cwd, 'trace');
  await killAmong(world.startOther(argv, { cwd, moments: { trace, changes: true } }), trace, CHANGES_OF_ADOPTION, next);
  const adopted = await world.startOther(argv, { cwd }).ended;
  // it had come to its end before it was killed
  if (adopted.code !== 0) expect(adopted.stderr).toContain(`BR-E0207 run ${run.id} is in this ledger already`);
  const { code } = await world.startOther(['resume', run.id], { cwd }).ended;
  // where it was killed before its ceiling was written down nothing was sent, and nobody asks for one here
  const objects = new Map([...expected.objects].filter(([key]) => run.isAsked || !key.endsWith('/orders.json')));
  expectSameEnd(await world.outcome(code, cwd), { ...expected, objects });
}
