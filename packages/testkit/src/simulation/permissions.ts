import { DENIALS, type Denial, type DenialPlan } from './denial-world.ts';
import { placeOfOne } from './fate.ts';
import type { Rng } from './random.ts';
import { HOME } from './region-world.ts';
import type { World } from './world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The permissions of a world: in each Region one may be missing for a time, or until somebody gives it. */
export class Permissions {
  readonly #world: World;
  readonly #plan: DenialPlan;
  readonly #missing = new Map<string, { readonly denial: Denial; readonly until: number }>();

  constructor(world: World, plan: DenialPlan) {
    this.#world = world;
    this.#plan = plan;
    const regions = [HOME, ...world.regions.map(({ region }) => region)];
    for (const region of regions) {
      const place = placeOfOne(region, 'permission');
      const { fate } = world;
      if (fate.strikes('denied at first', plan.deniedAtFirstRate, place))
        this.#takeAway(region, fate.details('denied at first', place));
    }
    world.often(plan.revocationsPerHour, 'revocation', (rng) => this.#takeAway(rng.pick(regions), rng));
  }

  /** What a job that is created now is denied. */
  denialOf(jobName: string, region: string): Denial | undefined {
    const { fate, isCalm, scheduler } = this.#world;
    if (isCalm) return undefined;
    const missing = this.#missing.get(region);
    if (missing !== undefined && scheduler.now < missing.until) return missing.denial;
    const place = placeOfOne('job', jobName);
    if (!fate.strikes('denied alone', this.#plan.accidentRate, place)) return undefined;
    return fate.details('denied alone', place).pick(['input', 'output']);
  }

  /** Somebody who was told gives all that is missing, or forgets to. */
  give(): void {
    const { fate, isCalm, places, trace } = this.#world;
    if (!isCalm && fate.strikes('gives nothing', this.#plan.vainResumeRate, places.next('user', 'permission'))) return;
    trace.note('user', 'gives all permissions');
    this.#missing.clear();
  }

  #takeAway(region: string, rng: Rng): void {
    const denial = rng.pick(DENIALS);
    const until = this.#world.scheduler.now + rng.logUniform(5 * MINUTE, 10 * HOUR);
    this.#world.trace.note(region, `takes a permission away: ${denial}`);
    this.#missing.set(region, { denial, until });
  }
}
