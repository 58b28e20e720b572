import { TimedWorld } from './timed-world.ts';

const MINUTE = 60_000;

/** What became of slots that came free all at once; seconds after that moment. */
export interface TogetherFigure {
  readonly jobs: number;
  /** The last of their next Creates. */
  readonly lastCreateSeconds: number;
  /** The first collecting that ended. */
  readonly firstCollectedSeconds: number;
}

/** All jobs of a lane end in one moment, and as many parts wait. `collectMs`: what collecting one part takes. */
export async function measureTogether(jobs: number, collectMs: number): Promise<TogetherFigure> {
  let created = 0;
  let endsAt = 0;
  const world = new TimedWorld({
    slots: jobs,
    collectMs,
    endOf: (_spec, now) => {
      if (endsAt === 0) endsAt = now + 30 * MINUTE;
      return created++ < jobs ? endsAt : now + 10 * MINUTE;
    },
  });
  await world.drive([{ run: 'r-0000000001', parts: new Array<number>(2 * jobs).fill(1_000) }]);
  const next = world.service.jobs.filter((job) => job.createdAt >= endsAt);
  if (next.length !== jobs) throw new Error(`${next.length} jobs were created behind the first ${jobs}`);
  const seconds = (at: number) => (at - endsAt) / 1_000;
  return {
    jobs,
    lastCreateSeconds: seconds(Math.max(...next.map((job) => job.createdAt))),
    firstCollectedSeconds: seconds(world.firstCollectedAt ?? Number.POSITIVE_INFINITY),
  };
}
